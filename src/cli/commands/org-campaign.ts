import type { Command } from 'commander'
import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, readBody } from '../../contract/fields/patch.ts'
import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import type { Executor } from '../../db/database.ts'
import {
  type Campaign,
  campaignContent,
  campaignDifferences,
  campaignEvent,
  campaignLockProblem,
  campaignRequest,
  campaignsOf,
  findOrganizationCampaign,
  holdOrganization,
  insertCampaign,
  markCampaignDeleted,
  newCampaign,
  presentCampaign,
  saveCampaign,
} from '../../resources/campaigns/index.ts'
import { orgOption, readJsonFile, uuidArgument } from '../arguments.ts'
import { CommandFailure, notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toTable } from '../output.ts'
import { withNearest } from '../unknown-member.ts'

const check = compileCheck(campaignRequest)

interface OrgOptions {
  org?: string
}

/** What one command does in its transaction, for the organization and its brand. */
interface At {
  tx: Executor
  organizationId: string
  brandId: string | null
  now: string
}

/** Runs `work` while the organization is locked, so that of two commands the second sees what the first wrote. */
function atOrganization<T>(org: string | undefined, work: (at: At) => Promise<T>): Promise<T> {
  return withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id: organizationId } = await chosenOrganization(installation, org)
    return installation.db.transaction(organizationId, async (tx) => {
      const held = await holdOrganization(tx, organizationId)
      return work({ tx, organizationId, ...held })
    })
  })
}

const BY_OPERATOR = { requestId: null, keyId: null, userId: null }
const writerOf = ({ organizationId }: At) => ({
  owner: { organizationId, id: organizationId, version: null },
  actor: BY_OPERATOR,
  kept: null,
})

/** A whole request body with its `campaign` member is taken too. */
function campaignOf(content: JsonObject): JsonObject {
  return isJsonObject(content.campaign) && Object.keys(content).length === 1 ? content.campaign : content
}

function readCampaign(content: JsonObject): JsonObject {
  const reading = readBody(campaignRequest, campaignOf(content), false)
  const details = { ...check(reading.values), ...addUnknown(reading, true) }
  if (Object.keys(details).length > 0) throw usage('The campaign is not valid.', withNearest(details, campaignRequest))
  return reading.values
}

async function stored({ tx, organizationId }: At, id: string): Promise<Campaign> {
  const campaign = await findOrganizationCampaign(tx, organizationId, id)
  if (campaign === null) throw notFound(`The organization has no campaign ${id}.`)
  return campaign
}

function requireWritten(isWritten: boolean): void {
  if (!isWritten) throw new CommandFailure('CONFLICT', 'The campaign was changed at this moment: try again.')
}

async function insert(at: At, request: JsonObject): Promise<Campaign> {
  if (at.brandId === null)
    throw new CommandFailure('CONFLICT', 'The organization has no brand yet: write it with `letterhead org brand set`.')
  const content = campaignContent(request, [], { now: at.now, newId })
  const campaign = newCampaign({ id: newId(), ownerId: at.organizationId, now: at.now }, content)
  const [event, changes] = [campaignEvent('created', campaign), campaignDifferences(null, campaign)]
  requireWritten(await insertCampaign(at.tx, campaign, { ...writerOf(at), event, changes }))
  return campaign
}

async function replace(at: At, request: JsonObject, id: string): Promise<Campaign> {
  const current = await stored(at, id)
  const locked = campaignLockProblem(current)
  if (locked !== null) throw new CommandFailure('CONFLICT', locked)
  const content = campaignContent(request, current.useCases, { now: at.now, newId })
  const campaign = { ...current, ...content, updatedAt: at.now }
  const [event, changes] = [campaignEvent('updated', campaign), campaignDifferences(current, campaign)]
  requireWritten(await saveCampaign(at.tx, campaign, { ...writerOf(at), event, changes }))
  return campaign
}

async function set(output: Output, { org, id, file }: OrgOptions & { id?: string; file: string }): Promise<void> {
  const request = readCampaign(await readJsonFile(file))
  const shown = await atOrganization(org, async (at) => {
    const campaign = await (id === undefined ? insert(at, request) : replace(at, request, id))
    return presentCampaign(campaign, at.brandId)
  })
  output.result(shown, [`Campaign ${shown.id} is ${id === undefined ? 'new' : 'replaced'}.`])
}

async function list(output: Output, { org }: OrgOptions): Promise<void> {
  const shown = await atOrganization(org, async ({ tx, organizationId, brandId }) =>
    (await campaignsOf(tx, organizationId, organizationId)).map((campaign) => presentCampaign(campaign, brandId)),
  )
  const rows = shown.map(({ id, name, type, status, submittedToTCR }) => [
    String(id),
    String(name),
    String(type),
    typeof status === 'string' ? status : null,
    submittedToTCR === true ? 'yes' : 'no',
  ])
  output.result(shown, toTable(['ID', 'NAME', 'TYPE', 'STATUS', 'SUBMITTED'], rows))
}

async function remove(output: Output, { org, id }: OrgOptions & { id: string }): Promise<void> {
  const organizationId = await atOrganization(org, async (at) => {
    const campaign = await stored(at, id)
    const event = campaignEvent('deleted', campaign)
    requireWritten(await markCampaignDeleted(at.tx, campaign, { ...writerOf(at), event, changes: [], at: at.now }))
    return at.organizationId
  })
  output.result({ id, organization_id: organizationId }, [`Campaign ${id} is deleted.`])
}

/** `letterhead org campaign …`: the campaigns that profiles inherit. */
export function addOrgCampaign(org: Command, output: Output): void {
  const campaign = org.command('campaign').description('the campaigns that profiles inherit')
  campaign
    .command('set')
    .description('write a campaign from a JSON file in the form of the API request; - reads standard input')
    .addOption(orgOption())
    .requiredOption('--file <path>', 'file with the whole campaign')
    .option('--id <id>', 'campaign to replace; without it a new one is made', uuidArgument)
    .action((options: OrgOptions & { id?: string; file: string }) => set(output, options))
  campaign
    .command('list')
    .description('list the campaigns')
    .addOption(orgOption())
    .action((options: OrgOptions) => list(output, options))
  campaign
    .command('delete')
    .description('delete a campaign, also a submitted one')
    .addOption(orgOption())
    .requiredOption('--id <id>', 'id of the campaign', uuidArgument)
    .action((options: OrgOptions & { id: string }) => remove(output, options))
}
