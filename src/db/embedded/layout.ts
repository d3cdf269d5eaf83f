import { existsSync } from 'node:fs'
import { chmod, mkdir, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { codeOf } from './node-error.ts'
import { shortAddress } from './socket-path.ts'

/** Where everything of one data directory lies. All paths are absolute. */
export interface Layout {
  /** The data directory, 0700. */
  root: string
  /** PostgreSQL's own directory. Exists only when it is complete. */
  cluster: string
  /** Holds the major version; exists only if a cluster was made here. */
  version: string
  /** What PostgreSQL prints. */
  log: string
  /** Program files prepared for use, one folder per version. */
  runtime: string
  /** All sockets, 0700. */
  sockets: string
  /** `sockets`, or a shorter path to the same directory: what `connect` and `bind` are given. */
  address: string
  /** Present while the database runs only on behalf of commands: the last of them stops it. */
  transient: string
}

/**
 * Makes a folder and what is missing above it. Node's own recursive form never ends where a file system answers ENOENT for
 * a name below a folder that exists, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  const make = async () => {
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  }
  try {
    await make()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || existsSync(dirname(path))) throw error
    await makeFolder(dirname(path))
    await make()
  }
}

/**
 * Makes the data directory and its socket directory, both private to this user, and finds a path to the sockets that
 * the system accepts. Fails with the error of the system when the directory cannot be made or entered.
 */
export async function prepareLayout(dataDir: string): Promise<Layout> {
  const wanted = resolve(dataDir)
  await makeFolder(wanted)
  const root = await realpath(wanted)
  // A mounted volume may belong to someone else and still be ours to use; what lies below it is private anyway.
  await chmod(root, 0o700).catch(() => undefined)
  const sockets = join(root, 'run')
  await mkdir(sockets, { recursive: true, mode: 0o700 })
  return {
    root,
    cluster: join(root, 'postgres'),
    version: join(root, 'postgres.version'),
    log: join(root, 'postgres.log'),
    runtime: join(root, 'runtime'),
    sockets,
    address: await shortAddress(sockets, join(root, 'socket-folder')),
    transient: join(sockets, 'started-by-command'),
  }
}
