import { execFile } from 'node:child_process'
import { access, chown, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { promisify } from 'node:util'
import type { Programs } from './binaries.ts'
import { EmbeddedError } from './embedded-error.ts'
import type { Layout } from './layout.ts'

const execute = promisify(execFile)
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin'
const NOBODY = 65_534

/** As whom PostgreSQL runs. It refuses to run as root. */
export interface RunAs {
  /** For the log. */
  how: string
  /** Words that go before the program. */
  prefix: string[]
  /** The user to become, when it is another. */
  user: { uid: number; gid: number } | null
}

export interface Command {
  file: string
  args: string[]
  options: { env: Record<string, string>; uid?: number; gid?: number }
}

/** A program of PostgreSQL as the chosen user, in an environment that owes nothing to this process's own. */
export function commandFor(as: RunAs, programs: Programs, program: string, args: string[]): Command {
  const [file = program, ...rest] = [...as.prefix, program, ...args]
  const env = { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', ...programs.libraryPath }
  return { file, args: rest, options: { env, ...(as.user ?? {}) } }
}

/** Runs a program to its end. Fails with what it printed. */
export async function run({ file, args, options }: Command): Promise<void> {
  await execute(file, args, { ...options, cwd: '/' })
}

/**
 * Chooses as whom PostgreSQL runs, and gives the data directory to that user if it is another. An ordinary user runs it
 * directly. Root runs it as the owner of the data directory if that is another user, else in a user namespace where root
 * looks like an ordinary user, else as an unprivileged user. Fails with `cannot_start` when none of these works.
 */
export async function chooseRunAs(layout: Layout, programs: Programs, namespaces: 'auto' | 'never'): Promise<RunAs> {
  const isRoot = process.geteuid?.() === 0
  const direct: RunAs = { how: 'this user', prefix: [], user: null }
  if (!isRoot && hasName()) return direct
  const namespace = namespaces === 'auto' ? [await namespaceAs()] : []
  const candidates = isRoot ? [...(await ownerOf(layout.root)), ...namespace, ...(await unprivileged())] : namespace
  const refusals: string[] = []
  for (const candidate of candidates) {
    const refusal = await tryAs(candidate, layout, programs)
    if (refusal === null) return candidate
    refusals.push(`${candidate.how}: ${refusal}`)
  }
  if (!isRoot) return direct
  throw new EmbeddedError(
    'cannot_start',
    'PostgreSQL does not run as root, and no other user can run it here ' +
      `(${refusals.join('; ')}). Start Letterhead as an ordinary user, put the data directory and the installation ` +
      'where every user may enter (not below /root), or set DATABASE_URL.',
  )
}

/** `initdb` refuses a user without a name, as containers often have; a namespace lends one. */
function hasName(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

async function namespaceAs(): Promise<RunAs> {
  const { uid, gid } = await someUser()
  return {
    how: 'a user namespace',
    prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
    user: null,
  }
}

async function ownerOf(path: string): Promise<RunAs[]> {
  const { uid, gid } = await stat(path)
  return uid === 0 ? [] : [{ how: `the data directory's owner, user ${uid}`, prefix: [], user: { uid, gid } }]
}

async function unprivileged(): Promise<RunAs[]> {
  const user = await someUser()
  return [{ how: `the unprivileged user ${user.uid}`, prefix: [], user }]
}

/** An unprivileged user that has a name: `nobody`, or else any. */
async function someUser(): Promise<{ uid: number; gid: number }> {
  const lines = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const users = lines.split('\n').map((line) => {
    const [name, , uid, gid] = line.split(':')
    return { name, uid: Number(uid), gid: Number(gid) }
  })
  const named = users.filter(({ uid, gid }) => uid > 0 && gid > 0)
  const { uid, gid } = named.find(({ name }) => name === 'nobody') ?? named[0] ?? { uid: NOBODY, gid: NOBODY }
  return { uid, gid }
}

/** Null if the programs run as `as` and may write the data directory; else the reason. */
async function tryAs(as: RunAs, layout: Layout, programs: Programs): Promise<string | null> {
  try {
    await giveTo(as, layout, programs)
    const script = 'cd "$1" && test -w . && exec "$2" --version'
    await run(commandFor(as, programs, '/bin/sh', ['-c', script, 'sh', layout.root, programs.postgres]))
    return null
  } catch (error) {
    const lines = error instanceof Error ? error.message.trim().split('\n') : []
    return lines.at(-1) ?? 'failed'
  }
}

async function giveTo({ user }: RunAs, layout: Layout, programs: Programs): Promise<void> {
  if (user === null) return
  await chown(layout.root, user.uid, user.gid)
  await chown(layout.sockets, user.uid, user.gid)
  const there = await access(layout.cluster).then(
    () => true,
    () => false,
  )
  if (!there || (await stat(layout.cluster)).uid === user.uid) return
  const asRoot: RunAs = { how: 'root', prefix: [], user: null }
  await run(commandFor(asRoot, programs, 'chown', ['-R', `${user.uid}:${user.gid}`, layout.cluster]))
}
