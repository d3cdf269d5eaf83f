import { randomBytes } from 'node:crypto'
import { link, lstat, lutimes, mkdir, mkdtemp, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { discard } from './discard.ts'
import { codeOf } from './node-error.ts'

// Linux allows 107 bytes, macOS 103; the longest socket name of ours takes 24 with its slash.
const PATH_BYTES_MAX = 100
const NAME_BYTES_MAX = 24
const LINK = 'd'

function fits(path: string): boolean {
  return Buffer.byteLength(path) + NAME_BYTES_MAX <= PATH_BYTES_MAX
}

/**
 * A path to `directory` that is short enough for Unix sockets: `directory` itself, or else a link to it in a private
 * folder of the system's temporary directory, which `record` remembers. The sockets stay in `directory` either way,
 * so processes that see different temporary directories still meet.
 */
export async function shortAddress(directory: string, record: string): Promise<string> {
  if (fits(directory)) return directory
  for (;;) {
    const known = await readFile(record, 'utf8').then(
      (text) => text.trim(),
      () => null,
    )
    if (known !== null && (await leadsTo(known, directory))) return join(known, LINK)
    const folder = await mkdtemp(join(fits(tmpdir()) ? tmpdir() : '/tmp', 'letterhead-'))
    await symlink(directory, join(folder, LINK))
    if (await remember(record, folder, known !== null)) return join(folder, LINK)
    await discard(folder)
  }
}

/** False when another process recorded its folder first. */
async function remember(record: string, folder: string, replace: boolean): Promise<boolean> {
  const draft = `${record}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, `${folder}\n`, { mode: 0o600 })
  try {
    await (replace ? rename(draft, record) : link(draft, record))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await discard(draft)
  }
}

async function leadsTo(folder: string, directory: string): Promise<boolean> {
  try {
    const found = await lstat(folder)
    const isPrivate = found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0
    return isPrivate && (await readlink(join(folder, LINK))) === directory
  } catch {
    return false
  }
}

/**
 * Keeps a link in the temporary directory fresh, or makes it again: cleaners remove what looks old and unused. Fails when
 * something that is not ours has taken its place.
 */
export async function refreshAddress(address: string, directory: string): Promise<void> {
  if (address === directory) return
  const folder = dirname(address)
  if (!(await leadsTo(folder, directory))) {
    await mkdir(folder, { mode: 0o700 }).catch(() => undefined)
    await symlink(directory, address).catch(() => undefined)
    if (!(await leadsTo(folder, directory))) throw new Error(`${address} does not lead to ${directory}`)
  }
  const now = new Date()
  await lutimes(address, now, now)
}
