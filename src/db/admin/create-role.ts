import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { quoteRole } from './grants.ts'
import { type OwnerSession, quoteText } from './owner-session.ts'

const SCRAM_ITERATIONS = 4_096

/**
 * What PostgreSQL stores of a password (RFC 5803). Sent in place of the password, so that no statement log holds it.
 * The password must be printable ASCII, for which the preparation of RFC 7677 changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const serverKey = keyed('Server Key').toString('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/**
 * Makes the server's powerless role, if there is none of that name. An existing role keeps its password and attributes.
 *
 * @returns whether the role was made now.
 */
export async function createServerRole(owner: OwnerSession, role: string, password: string): Promise<boolean> {
  const known = await owner.query('select 1 as one from pg_roles where rolname = $1', [role])
  const isNew = known.length === 0
  if (isNew) {
    await owner.query(
      `create role ${quoteRole(role)} login password ${quoteText(scramVerifier(password))} nosuperuser nocreatedb nocreaterole noreplication nobypassrls`,
    )
  }
  await owner.query(`grant usage on schema public to ${quoteRole(role)}`)
  return isNew
}
