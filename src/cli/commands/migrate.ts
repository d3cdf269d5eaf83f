import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { createServerRole } from '../../db/admin/create-role.ts'
import { migrate, SCHEMA_VERSION } from '../../db/admin/migrate.ts'
import { asOwner } from '../../db/admin/owner-session.ts'
import { roleStatements } from '../../db/admin/role-check.ts'
import { CommandFailure, usage } from '../command-failure.ts'
import { type OwnedDatabase, readConfig, withOwner } from '../installation.ts'
import type { Output } from '../output.ts'

interface MigrateOptions {
  createRole?: true
  rolePassword?: string
}

/** Whether the role was made, and the password if it was invented here and nobody else knows it. */
interface MadeRole {
  isNew: boolean
  inventedPassword: string | null
}

async function makeRole(database: OwnedDatabase, given: string | undefined): Promise<MadeRole> {
  const known = given ?? database.serverPassword
  if (known !== null && !/^[\x20-\x7e]+$/.test(known)) throw usage('The password of a role must be printable ASCII.')
  const password = known ?? randomBytes(24).toString('base64url')
  try {
    const isNew = await asOwner(database.owner, (owner) => createServerRole(owner, database.serverRole, password))
    return { isNew, inventedPassword: isNew && known === null ? password : null }
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error
    const statements = roleStatements(database.serverRole).map((text) => `  ${text};`)
    throw new CommandFailure(
      'DATABASE',
      `The owner may not make roles. Let an administrator of the database run:\n${statements.join('\n')}`,
    )
  }
}

async function migrateOwned(database: OwnedDatabase, output: Output): Promise<number[]> {
  const onBusy = () => output.note('A table is in use; nothing is changed yet, it is tried again.')
  try {
    return await migrate(database.owner, database.serverRole, { onBusy })
  } catch (error) {
    if ((error as { code?: string }).code !== '42704') throw error
    throw new CommandFailure(
      'DATABASE',
      `There is no role "${database.serverRole}" for the server: run \`letterhead migrate --create-role\`.`,
    )
  }
}

async function run(output: Output, options: MigrateOptions): Promise<void> {
  const outcome = await withOwner(readConfig(), { mayCreate: true }, async (database) => {
    if (options.createRole === true && database.isEmbedded) {
      throw usage('The embedded database has its role already: --create-role is for DATABASE_OWNER_URL.')
    }
    const made = options.createRole === true ? await makeRole(database, options.rolePassword) : null
    return { role: database.serverRole, made, applied: await migrateOwned(database, output) }
  })
  const { role, made, applied } = outcome
  const lines = [
    applied.length === 0
      ? `The schema is at version ${SCHEMA_VERSION} already.`
      : `Applied version ${applied.join(', ')}.`,
  ]
  if (made !== null) lines.push(made.isNew ? `Role "${role}" is made.` : `Role "${role}" was there already.`)
  if (made?.inventedPassword) lines.push(`Its password (shown once): ${made.inventedPassword}`)
  output.result(
    {
      schema_version: SCHEMA_VERSION,
      applied,
      role,
      role_created: made?.isNew ?? false,
      ...(made?.inventedPassword ? { role_password: made.inventedPassword } : {}),
    },
    lines,
  )
}

/** `letterhead migrate`: brings the schema up to date as its owner, and renews the rights of the server's role. */
export function addMigrate(program: Command, output: Output): void {
  program
    .command('migrate')
    .description('bring the database schema up to date, as DATABASE_OWNER_URL')
    .option('--create-role', "make the server's powerless role too: the user of DATABASE_URL, or letterhead_app")
    .addOption(
      new Option(
        '--role-password <password>',
        'its password; without it that of DATABASE_URL, or a new one, which is printed',
      ).env('LETTERHEAD_ROLE_PASSWORD'),
    )
    .action((options: MigrateOptions) => run(output, options))
}
