import type { Command } from 'commander'
import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import type { Role } from '../../contract/permissions.ts'
import type { Executor } from '../../db/database.ts'
import {
  forgetOrganizationKey,
  listKeyHistory,
  listOrganizationKeys,
  revokeOrganizationKey,
} from '../../resources/api-keys/index.ts'
import { insertUser } from '../../resources/users/index.ts'
import { orgOption, roleOption, userOption, uuidArgument, validValues } from '../arguments.ts'
import { CommandFailure, notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { createKey, requireRoom } from '../new-key.ts'
import { keyInput } from '../operator.fields.ts'
import { findUser, hasProfile } from '../operator.store.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toPairs, toTable } from '../output.ts'
import { type ImportOptions, importKey } from './key-import.ts'

const checkKey = compileCheck(keyInput)

interface OrgOptions {
  org?: string
}

interface CreateOptions extends OrgOptions {
  user?: string
  role?: Role
  profile?: string
  test?: true
  name?: string
}

/** A user that no person is: it exists to give a key its role. The address is of a domain that cannot exist (RFC 2606). */
async function addServiceUser(db: Executor, organizationId: string, role: Role, name: string | null) {
  const id = newId()
  const email = `service-${id}@letterhead.invalid`
  const user = { id, email, name: name ?? `Service (${role})`, role, status: 'active' as const, is_service: true }
  await insertUser(db, organizationId, user)
  return { id, role }
}

/** The active user that the key is for. */
async function keyUser(db: Executor, organizationId: string, { user, role, name }: CreateOptions) {
  if (role !== undefined) return addServiceUser(db, organizationId, role, name ?? null)
  const found = await findUser(db, organizationId, user ?? '')
  if (found === null) throw notFound('The organization has no such user.')
  if (found.status !== 'active') {
    throw new CommandFailure('CONFLICT', `The user is ${found.status}, so the key would not work.`)
  }
  return { id: found.id, role: found.role }
}

async function create(output: Output, options: CreateOptions): Promise<void> {
  const { profile, role } = options
  if ((options.user === undefined) === (role === undefined)) throw usage('Give either --user or --role.')
  const { name } = validValues(keyInput, checkKey, options.name === undefined ? {} : { name: options.name })
  const mode = options.test === true ? ('test' as const) : ('live' as const)
  const made = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, options.org)
    const keys = await installation.keys()
    return installation.db.transaction(organization_id, async (tx) => {
      if (profile !== undefined && !(await hasProfile(tx, organization_id, profile))) {
        throw notFound('The organization has no such profile.')
      }
      if (profile !== undefined) await requireRoom(tx, organization_id, profile)
      const user = await keyUser(tx, organization_id, options)
      const wanted = { userId: user.id, profileId: profile ?? null, mode, name: name ?? null }
      const key = await createKey(tx, organization_id, wanted, keys)
      return {
        id: key.id,
        organization_id,
        user_id: user.id,
        role: user.role,
        profile_id: profile ?? null,
        mode,
        name: name ?? null,
        api_key: key.text,
      }
    })
  })
  output.result(
    made,
    toPairs([
      ['Key', made.id],
      ['User', `${made.user_id} (${made.role})`],
      ['Profile', made.profile_id ?? 'none: the whole organization'],
      ['Mode', made.mode],
      ['API key (shown once)', made.api_key],
    ]),
  )
}

async function list(output: Output, { org }: OrgOptions): Promise<void> {
  const keys = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    return listOrganizationKeys(installation.db, organization_id)
  })
  const rows = keys.map(({ id, name, mode, last_four, user_id, profile_id, created_by, last_used_at, revoked_at }) => [
    id,
    name,
    mode,
    `…${last_four}`,
    user_id,
    profile_id,
    created_by ?? 'operator',
    last_used_at,
    revoked_at === null ? 'live' : `revoked ${revoked_at}`,
  ])
  output.result(
    keys,
    toTable(['ID', 'NAME', 'MODE', 'ENDS IN', 'USER', 'PROFILE', 'MADE BY', 'LAST USED', 'STATE'], rows),
  )
}

async function revoke(output: Output, { org, id }: OrgOptions & { id: string }): Promise<void> {
  await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    if (!(await revokeOrganizationKey(installation.db, organization_id, id))) {
      throw notFound('The organization has no such key, or it is revoked already.')
    }
  })
  output.result({ id, revoked: true }, [`Key ${id} is revoked.`])
}

async function forget(output: Output, { org, id }: OrgOptions & { id: string }): Promise<void> {
  await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    if (!(await forgetOrganizationKey(installation.db, organization_id, id))) {
      throw notFound('The organization has no such key, it is forgotten already, or it is live: then revoke it first.')
    }
  })
  output.result({ id, forgotten: true }, [`Key ${id} is forgotten; its history stays.`])
}

async function history(output: Output, { org, id }: OrgOptions & { id?: string }): Promise<void> {
  const changes = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    return listKeyHistory(installation.db, organization_id, id ?? null)
  })
  const rows = changes.map(({ changed_at, api_key_id, operation, actor, user_email, user_id, request_id, reason }) => [
    changed_at,
    api_key_id,
    operation,
    user_email ?? user_id ?? actor,
    request_id,
    reason,
  ])
  output.result(changes, toTable(['WHEN', 'KEY', 'WHAT', 'BY', 'REQUEST', 'BECAUSE'], rows))
}

/** `letterhead key …`: API keys. A key has the role that its user has now (decision 25). */
export function addKey(program: Command, output: Output): void {
  const key = program.command('key').description('API keys of an organization')
  key
    .command('create')
    .description('make a key for a user, or with --role for a new service user; its text is shown once')
    .addOption(orgOption())
    .addOption(userOption())
    .addOption(roleOption())
    .option('--profile <id>', 'the key acts as this profile', uuidArgument)
    .option('--test', 'every change that the key makes is a dry run')
    .option('--name <name>', 'what the key is for')
    .action((options: CreateOptions) => create(output, options))
  key
    .command('import')
    .description('take over a key that Sent has issued (a UUID), read from standard input')
    .addOption(orgOption())
    .addOption(userOption().makeOptionMandatory())
    .option('--key <uuid>', 'the key; other users of the machine can see it, so standard input is safer')
    .option('--profile <id>', 'the key acts as this profile', uuidArgument)
    .option('--name <name>', 'what the key is for')
    .action((options: ImportOptions) => importKey(output, options))
  key
    .command('list')
    .description('list the keys, without their text')
    .addOption(orgOption())
    .action((options: OrgOptions) => list(output, options))
  key
    .command('revoke')
    .description('switch a key off for good')
    .addOption(orgOption())
    .requiredOption('--id <id>', 'id of the key', uuidArgument)
    .action((options: OrgOptions & { id: string }) => revoke(output, options))
  key
    .command('forget')
    .description('let go of a revoked key: nothing of it can be matched with its text any more; its history stays')
    .addOption(orgOption())
    .requiredOption('--id <id>', 'id of the key', uuidArgument)
    .action((options: OrgOptions & { id: string }) => forget(output, options))
  key
    .command('history')
    .description('list who made, imported, revoked and forgot keys, newest first')
    .addOption(orgOption())
    .option('--id <id>', 'only of this key', uuidArgument)
    .action((options: OrgOptions & { id?: string }) => history(output, options))
}
