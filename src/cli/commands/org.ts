import type { Command } from 'commander'
import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import {
  insertOrganization,
  ORGANIZATION_STATES,
  type OrganizationState,
  setOrganizationState,
  setOrganizationWaba,
} from '../../resources/organizations/index.ts'
import { insertUser } from '../../resources/users/index.ts'
import { orgOption, stateOption, validValues } from '../arguments.ts'
import { notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { createKey } from '../new-key.ts'
import { organizationInput, wabaInput } from '../operator.fields.ts'
import { listOrganizations } from '../operator.store.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toPairs, toTable } from '../output.ts'
import { setBrand } from './org-brand.ts'
import { addOrgCampaign } from './org-campaign.ts'

const checkOrganization = compileCheck(organizationInput)
const checkWaba = compileCheck(wabaInput)

interface CreateOptions {
  name: string
  email: string
  standalone?: true
  state?: OrganizationState
  wabaId?: string
  wabaName?: string
}

interface OrgOptions {
  org?: string
}

async function create(output: Output, options: CreateOptions): Promise<void> {
  const { state = 'ACTIVE', wabaId, wabaName } = options
  if (wabaName !== undefined && wabaId === undefined) throw usage('--waba-name needs --waba-id.')
  const waba = wabaId === undefined ? null : { id: wabaId, name: wabaName ?? null }
  const shown = waba === null ? {} : { waba: { id: waba.id, ...(waba.name === null ? {} : { name: waba.name }) } }
  const { name, email } = validValues(organizationInput, checkOrganization, {
    name: options.name,
    email: options.email,
    ...shown,
  })
  const kind = options.standalone === true ? ('user' as const) : ('organization' as const)
  const made = await withInstallation({ mayCreate: true }, async ({ db, keys: ring }) => {
    const keys = await ring()
    const id = newId()
    const userId = newId()
    return db.transaction(id, async (tx) => {
      await insertOrganization(tx, { id, kind, name, email, state, waba, dataKey: keys.newDataKey(id) })
      await insertUser(tx, id, { id: userId, email, name, role: 'owner', status: 'active', is_service: false })
      const key = await createKey(tx, id, { userId, profileId: null, mode: 'live', name: 'First key' }, keys)
      return {
        id,
        kind,
        name,
        email,
        state,
        waba_id: wabaId ?? null,
        owner_id: userId,
        key_id: key.id,
        api_key: key.text,
      }
    })
  })
  output.result(
    made,
    toPairs([
      ['Organization', made.id],
      ['Owner', `${made.owner_id} (${email})`],
      ['State', state],
      ['API key (shown once)', made.api_key],
    ]),
  )
}

async function list(output: Output): Promise<void> {
  const organizations = await withInstallation({ mayCreate: false }, ({ asOwner }) => asOwner(listOrganizations))
  const shown = organizations.map(({ organization_id: id, ...rest }) => ({ id, ...rest }))
  const rows = shown.map(({ id, name, kind, state, waba_id, email }) => [id, name, kind, state, waba_id, email])
  output.result(shown, toTable(['ID', 'NAME', 'KIND', 'STATE', 'WABA', 'E-MAIL'], rows))
}

async function setState(output: Output, state: string, { org }: OrgOptions): Promise<void> {
  const wanted = ORGANIZATION_STATES.find((known) => known === state)
  if (wanted === undefined) throw usage(`The state must be one of: ${ORGANIZATION_STATES.join(', ')}.`)
  const id = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    if (!(await setOrganizationState(installation.db, organization_id, wanted))) throw gone(organization_id)
    return organization_id
  })
  output.result({ id, state: wanted }, [`Organization ${id} is now ${wanted}.`])
}

async function setWaba(output: Output, org: string | undefined, waba: { id: string; name?: string } | null) {
  if (waba !== null) validValues(wabaInput, checkWaba, waba)
  const id = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id } = await chosenOrganization(installation, org)
    const stored = waba === null ? null : { id: waba.id, name: waba.name ?? null }
    if (!(await setOrganizationWaba(installation.db, organization_id, stored))) throw gone(organization_id)
    return organization_id
  })
  const says = waba === null ? 'has no WhatsApp Business Account now' : `now shares the account ${waba.id}`
  output.result({ id, waba_id: waba?.id ?? null, waba_name: waba?.name ?? null }, [`Organization ${id} ${says}.`])
}

function gone(id: string): Error {
  return notFound(`There is no organization ${id}.`)
}

/** `letterhead org …`: organizations, their state, brand and WhatsApp Business Account. */
export function addOrg(program: Command, output: Output): void {
  const org = program.command('org').description('organizations')
  org
    .command('create')
    .description('make an organization with its owner and a first API key, which is shown once')
    .requiredOption('--name <name>', 'name of the organization')
    .requiredOption('--email <address>', 'e-mail address of the organization and its owner')
    .option('--standalone', 'an account of kind "user", which has no profiles')
    .addOption(stateOption().default('ACTIVE'))
    .option('--waba-id <id>', 'WhatsApp Business Account that its profiles share')
    .option('--waba-name <name>', 'name of that account')
    .action((options: CreateOptions) => create(output, options))
  org
    .command('list')
    .description('list all organizations')
    .action(() => list(output))
  const brand = org.command('brand').description('the brand that profiles inherit')
  brand
    .command('set')
    .description('write the brand from a JSON file in the form of the API request (camelCase); - reads standard input')
    .addOption(orgOption())
    .requiredOption('--file <path>', 'file with contact, business and compliance')
    .action((options: OrgOptions & { file: string }) => setBrand(output, options))
  addOrgCampaign(org, output)
  const waba = org.command('waba').description('the WhatsApp Business Account that profiles share')
  waba
    .command('set')
    .description('set the account')
    .addOption(orgOption())
    .requiredOption('--id <id>', 'id of the account')
    .option('--name <name>', 'name of the account')
    .action(({ org: id, id: wabaId, name }: OrgOptions & { id: string; name?: string }) =>
      setWaba(output, id, { id: wabaId, ...(name === undefined ? {} : { name }) }),
    )
  waba
    .command('clear')
    .description('remove the account')
    .addOption(orgOption())
    .action((options: OrgOptions) => setWaba(output, options.org, null))
  const state = org.command('state').description('the account state')
  state
    .command('set')
    .description(`set the account state: ${ORGANIZATION_STATES.join(', ')}`)
    .argument('<state>', 'the new state')
    .addOption(orgOption())
    .action((wanted: string, options: OrgOptions) => setState(output, wanted, options))
}
