import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import { parseKeyText } from '../../contract/tokens/key-text.ts'
import type { Database } from '../../db/database.ts'
import { databaseTrouble } from '../../db/database-error.ts'
import { keyDigest } from '../../http/auth/authenticate.ts'
import { findImportedKey } from '../../http/first-read.store.ts'
import { hasLiveKey, insertImportedKey } from '../../resources/api-keys/index.ts'
import { readStandardInput, validValues } from '../arguments.ts'
import { CommandFailure, notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { requireRoom } from '../new-key.ts'
import { keyInput } from '../operator.fields.ts'
import { findUser, hasProfile } from '../operator.store.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toPairs } from '../output.ts'

const checkKey = compileCheck(keyInput)

export interface ImportOptions {
  org?: string
  user: string
  key?: string
  profile?: string
  name?: string
}

/** The UUID that is the key. Never quoted, because it is one. */
async function readKey(given: string | undefined): Promise<{ uuid: string; lastFour: string }> {
  const text = parseKeyText((given ?? (await readStandardInput())).trim())
  if (text?.form !== 'uuid') throw usage('A key to import is a UUID, as Sent has issued it.')
  return text
}

const taken = () =>
  new CommandFailure('CONFLICT', 'This key is imported already, and live. Revoke it where it is, then import it again.')

/**
 * The organization whose entry for this key stands in the directory: the key is revoked there, or an interrupted import left
 * nothing but the entry. Null without an entry.
 *
 * @throws CommandFailure CONFLICT where the key is live.
 */
async function previousHolder(db: Database, digest: string): Promise<string | null> {
  const [entry] = await db.runUnscoped(findImportedKey, [digest])
  if (entry === undefined) return null
  if (await hasLiveKey(db, entry.organization_id, digest)) throw taken()
  return entry.organization_id
}

/** `key import`: the key's digest is stored with its user, and in the directory that finds its organization. A revoked one can be imported again, anywhere. */
export async function importKey(output: Output, options: ImportOptions): Promise<void> {
  const { profile } = options
  const { name } = validValues(keyInput, checkKey, options.name === undefined ? {} : { name: options.name })
  const { uuid, lastFour } = await readKey(options.key)
  const made = await withInstallation({ mayCreate: false }, async (installation) => {
    const { db } = installation
    const { organization_id } = await chosenOrganization(installation, options.org)
    const user = await findUser(db, organization_id, options.user)
    if (user === null) throw notFound('The organization has no such user.')
    if (profile !== undefined && !(await hasProfile(db, organization_id, profile))) {
      throw notFound('The organization has no such profile.')
    }
    const digest = keyDigest(await installation.keys(), uuid)
    const key = {
      id: newId(),
      user_id: user.id,
      profile_id: profile ?? null,
      mode: 'live' as const,
      name: name ?? null,
      last_four: lastFour,
    }
    const previous = await previousHolder(db, digest)
    await db
      .transaction(organization_id, async (tx) => {
        if (profile !== undefined) await requireRoom(tx, organization_id, profile)
        await insertImportedKey(tx, organization_id, { key: { ...key, digest }, previous })
      })
      .catch((error: unknown) => {
        throw databaseTrouble(error).kind === 'unique' ? taken() : error
      })
    return { ...key, organization_id, role: user.role }
  })
  output.result(
    made,
    toPairs([
      ['Key', made.id],
      ['User', `${made.user_id} (${made.role})`],
      ['Ends in', made.last_four],
    ]),
  )
}
