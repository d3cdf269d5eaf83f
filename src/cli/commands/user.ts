import type { Command } from 'commander'
import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import type { Role } from '../../contract/permissions.ts'
import { nowWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { databaseTrouble } from '../../db/database-error.ts'
import { lockOrganization } from '../../db/organization-lock.ts'
import {
  BY_OPERATOR,
  countOtherAdmins,
  insertUser,
  listUsers,
  removalProblem,
  removeMember,
  roleProblem,
  setUserRole,
  setUserStatus,
  suspensionProblem,
} from '../../resources/users/index.ts'
import { orgOption, roleOption, userOption, validValues } from '../arguments.ts'
import { CommandFailure, notFound } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { userInput } from '../operator.fields.ts'
import { findUser } from '../operator.store.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toTable } from '../output.ts'

const checkUser = compileCheck(userInput)

interface OrgOptions {
  org?: string
}

interface AddOptions extends OrgOptions {
  email: string
  name: string
  role: Role
}

async function add(output: Output, { org, ...given }: AddOptions): Promise<void> {
  const { email, name, role } = validValues(userInput, checkUser, { ...given })
  const made = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    const user = { id: newId(), email: email.toLowerCase(), name, role, status: 'active' as const, is_service: false }
    await insertUser(installation.db, organization_id, user).catch((error: unknown) => {
      const trouble = databaseTrouble(error)
      if (trouble.kind !== 'unique' || trouble.constraint !== 'users_email_unique') throw error
      throw new CommandFailure('CONFLICT', 'The organization already has a user with this e-mail address.')
    })
    return { ...user, organization_id }
  })
  output.result(made, [`User ${made.id} (${made.email}) is ${made.role} of organization ${made.organization_id}.`])
}

async function list(output: Output, { org }: OrgOptions): Promise<void> {
  const users = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    return listUsers(installation.db, organization_id)
  })
  const rows = users.map(({ id, email, name, role, status, is_service }) => [
    id,
    email,
    name,
    role,
    status,
    is_service ? 'service' : 'person',
  ])
  output.result(users, toTable(['ID', 'E-MAIL', 'NAME', 'ROLE', 'STATUS', 'KIND'], rows))
}

type Found = NonNullable<Awaited<ReturnType<typeof findUser>>>

/** What a change is judged by: the user as it is under the lock, and how many active admins there are besides. */
interface Change {
  tx: Executor
  organizationId: string
  user: Found
  otherAdmins: number
}

/**
 * Finds the user and lets `change` act on it, under the lock that the API takes too: whatever comes at once, the last
 * active admin stays (CONC-4).
 */
async function changeUser(
  options: OrgOptions & { user: string },
  change: (change: Change) => Promise<boolean>,
): Promise<Found> {
  return withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id: organizationId } = await chosenOrganization(installation, options.org)
    return installation.db.transaction(organizationId, async (tx) => {
      await tx.run(organizationId, lockOrganization, [organizationId])
      const user = await findUser(tx, organizationId, options.user)
      if (user === null) throw notFound('The organization has no such user.')
      const otherAdmins = await countOtherAdmins(tx, organizationId, user.id)
      const isDone = await change({ tx, organizationId, user, otherAdmins })
      if (!isDone) throw notFound('The organization has no such user.')
      return user
    })
  })
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new CommandFailure('CONFLICT', `${problem}.`)
}

async function setRole(output: Output, options: OrgOptions & { user: string; role: Role }): Promise<void> {
  const { role } = options
  const user = await changeUser(options, ({ tx, organizationId, user: found, otherAdmins }) => {
    if (found.role === 'owner') throw new CommandFailure('CONFLICT', 'The role of the owner cannot be changed.')
    refuse(roleProblem(found, { role, callerId: null, otherAdmins }))
    return setUserRole(tx, organizationId, found.id, role)
  })
  output.result({ ...user, role }, [`User ${user.id} (${user.email}) is now ${role}.`])
}

async function setStatus(
  output: Output,
  options: OrgOptions & { user: string },
  status: 'active' | 'suspended',
): Promise<void> {
  const user = await changeUser(options, ({ tx, organizationId, user: found, otherAdmins }) => {
    if (status === 'suspended') refuse(suspensionProblem(found, otherAdmins))
    return setUserStatus(tx, organizationId, found.id, status)
  })
  output.result({ ...user, status }, [`User ${user.id} (${user.email}) is now ${status}.`])
}

async function remove(output: Output, options: OrgOptions & { user: string }): Promise<void> {
  const user = await changeUser(options, ({ tx, organizationId, user: found, otherAdmins }) => {
    if (found.role === 'owner') throw new CommandFailure('CONFLICT', 'The owner cannot be removed.')
    refuse(removalProblem(found, { callerId: null, otherAdmins }))
    return removeMember(tx, organizationId, { userId: found.id, at: nowWireTimestamp(), actor: BY_OPERATOR }, null)
  })
  output.result({ id: user.id, email: user.email }, [
    `User ${user.id} (${user.email}) is removed, and all keys that the user had or made with it.`,
  ])
}

/** `letterhead user …`: users; their role and status act on all of their keys (decision 25). */
export function addUser(program: Command, output: Output): void {
  const user = program.command('user').description('users of an organization')
  user
    .command('add')
    .description('add an active user')
    .addOption(orgOption())
    .requiredOption('--email <address>', 'e-mail address')
    .requiredOption('--name <name>', 'name')
    .addOption(roleOption().makeOptionMandatory())
    .action((options: AddOptions) => add(output, options))
  user
    .command('list')
    .description('list the users')
    .addOption(orgOption())
    .action((options: OrgOptions) => list(output, options))
  user
    .command('set-role')
    .description('change what a user and all keys of that user may do')
    .addOption(orgOption())
    .addOption(userOption().makeOptionMandatory())
    .addOption(roleOption().makeOptionMandatory())
    .action((options: OrgOptions & { user: string; role: Role }) => setRole(output, options))
  user
    .command('remove')
    .description('remove a user and revoke all keys of that user')
    .addOption(orgOption())
    .addOption(userOption().makeOptionMandatory())
    .action((options: OrgOptions & { user: string }) => remove(output, options))
  for (const [name, status, says] of [
    ['suspend', 'suspended', 'switch off all keys of a user'],
    ['activate', 'active', 'switch them on again'],
  ] as const) {
    user
      .command(name)
      .description(says)
      .addOption(orgOption())
      .addOption(userOption().makeOptionMandatory())
      .action((options: OrgOptions & { user: string }) => setStatus(output, options, status))
  }
}
