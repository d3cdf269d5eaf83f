import { statfs } from 'node:fs/promises'
import { NotConnected, UrlUnusable } from './database-error.ts'

/**
 * What stands between us and the database, or the disk, in sentences for the operator: what, why, and what helps. They are made
 * from codes and from places in the file system; nothing of what PostgreSQL or the driver says is repeated, for it quotes values.
 */

/** How much pool a database needs to start: its smallest file of the journal, and some. */
const ROOM_BYTES = 32_000_000

const DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user on the disk is used up',
  EFBIG: 'files may not become that large here (see `ulimit -f`)',
  EROFS: 'the file system is read-only',
  EIO: 'the disk reports an error',
}

/** Of a refusal when a connection begins, by SQLSTATE or by the code of the system. */
const CONNECTION: Readonly<Record<string, string>> = {
  '28P01':
    'it refuses the password. Correct the password in the URL, or set the one of the role (alter role … password …).',
  '28000':
    'it does not let this role in from here. Its pg_hba.conf needs a line for role, database and address; where that line says hostssl, the URL needs sslmode=verify-full.',
  '3D000': 'it has no database of that name. Correct the name in the URL, or create the database.',
  '53300': 'it has no connection left. Raise max_connections there, or lower DATABASE_POOL_SIZE.',
  '57P03': 'it is starting up or shutting down. Try again in a moment.',
  ECONNREFUSED: 'nobody listens there. Is PostgreSQL running, and are host and port in the URL right?',
  ENOENT: 'there is no such socket. Is PostgreSQL running, and is host in the URL right?',
  ENOTFOUND: 'there is no host of that name. Correct the host in the URL.',
  EAI_AGAIN: 'the name of the host could not be looked up. Is the network, and its name service, there?',
  ETIMEDOUT: 'no answer came. Does a firewall stand between, and are host and port in the URL right?',
  EHOSTUNREACH: 'no way leads there. Is the network there, and is the host in the URL right?',
  ECONNRESET: 'it broke off. Is it PostgreSQL that listens there, and does it want TLS (sslmode=verify-full)?',
}

const UNTRUSTED =
  'its certificate is signed by nobody known here. Name the file of the authority in the URL: sslmode=verify-full&sslrootcert=/path/ca.pem.'
const TLS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired. Renew it there.',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name. Use that name as the host in the URL, or renew the certificate.',
}

interface Told {
  code?: unknown
  path?: unknown
}

function told(error: unknown): { code: string; path: string | null; message: string } {
  const { code, path } = (error instanceof Error ? error : {}) as Told
  return {
    code: typeof code === 'string' ? code : '',
    path: typeof path === 'string' ? path : null,
    message: error instanceof Error ? error.message : '',
  }
}

/** Why a file could not be written, with its name and what helps; null where the disk is not at fault. */
export function diskSentence(error: unknown, file: string | null = null): string | null {
  const { code, path } = told(error)
  const why = DISK[code]
  if (why === undefined) return null
  const where = file ?? path
  return `${where === null ? 'A file' : where} cannot be written: ${why} (${code}). Make room there, or choose another place.`
}

/** Why the database cannot be reached, and what helps; null where that is not what the error says. */
export function connectionSentence(error: unknown): string | null {
  const cause = error instanceof NotConnected ? error.cause : error
  if (cause instanceof UrlUnusable) return urlSentence(cause)
  const { code, message } = told(cause)
  if (/does not support SSL/.test(message))
    return 'The database cannot be reached: it does not speak TLS, which the URL (sslmode) or PGSSLMODE asks for. Switch TLS on there (ssl = on), or, within a network that nobody else is on, say sslmode=disable.'
  const why = CONNECTION[code] ?? TLS[code]
  if (why !== undefined) return `The database cannot be reached: ${why} (${code})`
  if (/timeout exceeded|timeout expired|terminated due to connection timeout/i.test(message))
    return `The database cannot be reached: ${CONNECTION.ETIMEDOUT}`
  return null
}

function urlSentence({ cause }: UrlUnusable): string {
  const { code, path, message } = told(cause)
  return path === null
    ? `The URL of the database cannot be used: ${message}`
    : `The file ${path}, which the URL of the database names, cannot be read (${code}): correct sslrootcert, sslcert or sslkey there.`
}

/** A sentence on the disk where it has no pool for a database; else null. */
export async function roomSentence(directory: string): Promise<string | null> {
  const found = await statfs(directory).catch(() => null)
  return found === null ? null : fullSentence(directory, found.bavail * found.bsize)
}

export function fullSentence(directory: string, freeBytes: number): string | null {
  if (freeBytes >= ROOM_BYTES) return null
  const free = `${Math.floor(freeBytes / 1_000_000)} MB`
  return `The disk of ${directory} has ${free} left, and the database needs ${ROOM_BYTES / 1_000_000} MB to start. Make room there, or choose another DATA_DIR.`
}
