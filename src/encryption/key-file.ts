import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { formatSealingKeys, type KeyMaterial, KeyProblem, parsePepper, parseSealingKeys } from './key-text.ts'

/**
 * The keys of embedded mode: a file of two lines beside the data, readable by its owner alone (decision 19).
 *
 *     SEALING_KEY=<id>:<base64>[,<id>:<base64>]
 *     KEY_PEPPER=<base64>
 *
 * The lines are those of the environment, so that moving to an external database is copying them. Whoever loses the
 * file loses every encrypted value and every API key.
 */

/** The name of the key file below the data directory. */
export const KEY_FILE = 'letterhead.key'

/**
 * Reads the key file, creating it with fresh keys if there is none. Processes that start at once all get the keys of
 * the one whose file came first, and none ever reads half a file. The folder must exist.
 *
 * Throws `KeyProblem` when others may read the file or its text is wrong, and Node's own error when the disk refuses.
 */
export function readOrCreateKeyFile(path: string): KeyMaterial {
  const kept = readIfThere(path)
  if (kept !== null) return kept
  createKeyFile(path)
  const created = readIfThere(path)
  if (created === null) throw new KeyProblem(`The key file ${path} disappeared while it was being created`)
  return created
}

function readIfThere(path: string): KeyMaterial | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
  try {
    refuseIfOpenToOthers(path, fstatSync(file).mode)
    return parseKeyFile(path, readFileSync(file, 'utf8'))
  } finally {
    closeSync(file)
  }
}

function refuseIfOpenToOthers(path: string, mode: number): void {
  // Windows keeps access lists instead, and reports a mode that says nothing.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  const found = (mode & 0o777).toString(8).padStart(4, '0')
  throw new KeyProblem(`The key file ${path} has mode ${found}, so others can use it. Run: chmod 600 ${path}`)
}

function parseKeyFile(path: string, text: string): KeyMaterial {
  const lines = text.split(/\r?\n/)
  const find = (name: string): string => {
    const line = lines.find((each) => each.startsWith(`${name}=`))
    if (line === undefined) throw new KeyProblem(`The key file ${path} has no line ${name}=`)
    return line.slice(name.length + 1)
  }
  try {
    return { ...parseSealingKeys(find('SEALING_KEY')), pepper: parsePepper(find('KEY_PEPPER')) }
  } catch (error) {
    if (error instanceof KeyProblem && !error.message.includes(path)) throw new KeyProblem(`${path}: ${error.message}`)
    throw error
  }
}

/** Writes the whole file under another name, then links it: a link is made only if the name is free, and in one step. */
function createKeyFile(path: string): void {
  const draft = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  writeDurably(draft, newKeyFileText())
  try {
    linkSync(draft, path)
    syncFolder(dirname(path))
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}

function newKeyFileText(): string {
  const id = `local-${randomBytes(4).toString('hex')}`
  const keys = formatSealingKeys({ keys: [{ id, bytes: randomBytes(32) }], activeId: id })
  return `SEALING_KEY=${keys}\nKEY_PEPPER=${randomBytes(32).toString('base64')}\n`
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Without it a power cut could leave encrypted values whose key file was never recorded in its folder. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
