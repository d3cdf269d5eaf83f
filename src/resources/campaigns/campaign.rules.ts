import type { NewEvent } from '../../contract/events.ts'
import { compileSerializer, initialValues } from '../../contract/fields/field-table.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import type { Rule } from '../../contract/fields/rule.ts'
import { linkIn, phoneIn } from '../../contract/text/embedded.ts'
import {
  ATTRIBUTES,
  type Campaign,
  type CampaignContent,
  campaignTable,
  type MessagingUseCase,
  REQUEST_ORDER,
  SETTINGS,
  type UseCase,
} from './campaign.fields.ts'

/** Why the campaign cannot be changed now, or null. The lock is taken at intent, as a brand's (decision 21; contract 9.4). */
export function campaignLockProblem(campaign: Pick<Campaign, 'lock'> | null): string | null {
  if (campaign?.lock === 'submitting') return 'Campaign is being submitted to TCR and cannot be modified.'
  if (campaign?.lock === 'submitted') return 'Campaign has already been submitted to TCR and cannot be modified.'
  return null
}

/** What the rules know of a change. */
export interface CampaignChange {
  /** The profile uses the organization's campaigns, which are read-only to it (contract 9.4). */
  isInheriting: boolean
  /** The stored campaign; null for a new one. */
  current: Pick<Campaign, 'lock'> | null
}

/** When a campaign may not be created or replaced. */
export const CAMPAIGN_RULES: readonly Rule<CampaignChange>[] = [
  {
    at: 'campaign',
    reads: [],
    says: 'Cannot provide campaign data when inherit_tcr_campaign is true.',
    broken: ({ isInheriting }) => isInheriting,
  },
  {
    at: 'campaign',
    reads: [],
    says: ({ current }) => campaignLockProblem(current) ?? '',
    broken: ({ isInheriting, current }) => !isInheriting && campaignLockProblem(current) !== null,
  },
]

/** When a campaign may not be deleted. One that was submitted may: it is ended at the registry afterwards (contract 9.4). */
export const DELETE_RULES: readonly Rule<CampaignChange>[] = [
  {
    at: 'campaign',
    reads: [],
    says: 'Cannot delete a campaign when inherit_tcr_campaign is true.',
    broken: ({ isInheriting }) => isInheriting,
  },
]

/**
 * What a valid request makes of a campaign: everything is replaced, and what it leaves out is null (contract 17-16). A use
 * case that is stored already keeps its id, so that whoever noted it still finds it.
 *
 * @param request the `campaign` member without nulls.
 * @param newId makes an id for a use case that is new.
 */
export function campaignContent(
  request: JsonObject,
  stored: readonly UseCase[],
  at: { now: string; newId: () => string },
): CampaignContent {
  const given = (Array.isArray(request.useCases) ? request.useCases : []).filter(isJsonObject)
  const left = [...stored]
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, request[name] ?? null]))
  const attributes = Object.fromEntries(
    ATTRIBUTES.filter((name) => typeof request[name] === 'boolean').map((name) => [name, request[name] as boolean]),
  )
  return {
    ...(settings as unknown as Pick<CampaignContent, (typeof SETTINGS)[number]>),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    useCases: given.map((useCase) => useCaseAfter(useCase, left, at)),
  }
}

/** Takes the stored use case of the same kind out of `left`, so that two of one kind stay two. */
function useCaseAfter(request: JsonObject, left: UseCase[], at: { now: string; newId: () => string }): UseCase {
  const messagingUseCaseUs = request.messagingUseCaseUs as MessagingUseCase
  const sampleMessages = request.sampleMessages as string[]
  const place = left.findIndex((useCase) => useCase.messagingUseCaseUs === messagingUseCaseUs)
  const [known] = place === -1 ? [] : left.splice(place, 1)
  if (known === undefined)
    return { id: at.newId(), messagingUseCaseUs, sampleMessages, createdAt: at.now, updatedAt: null }
  const isSame = JSON.stringify(known.sampleMessages) === JSON.stringify(sampleMessages)
  return isSame ? known : { ...known, sampleMessages, updatedAt: at.now }
}

/** What a request would have to say for the campaign to be what it is. */
export function campaignAsRequest(campaign: CampaignContent): JsonObject {
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, campaign[name]]))
  return { ...settings, useCases: sentUseCases(campaign), ...campaign.attributes }
}

/** A campaign that no registry has heard of yet (contract 9.3). */
export function newCampaign(made: { id: string; ownerId: string; now: string }, content: CampaignContent): Campaign {
  return {
    ...content,
    ...initialValues(campaignTable, 'stored'),
    id: made.id,
    ownerId: made.ownerId,
    lock: null,
    version: 1,
    createdAt: made.now,
  }
}

/** One member's change, as the history keeps it. */
export interface CampaignDifference {
  member: string
  from: JsonValue
  to: JsonValue
}

/** A use case as it was sent: what else is stored of it follows from that. */
function sentUseCases(content: CampaignContent | null): JsonValue {
  if (content === null) return null
  return content.useCases.map(({ messagingUseCaseUs, sampleMessages }) => ({ messagingUseCaseUs, sampleMessages }))
}

/** What a campaign has in a member of the request. */
function memberOf(content: CampaignContent | null, member: string): JsonValue {
  if (member === 'useCases') return sentUseCases(content)
  const values = { ...content, ...content?.attributes } as Record<string, JsonValue>
  return values[member] ?? null
}

/** The members that differ, in the order of the request. `before` is null for a new campaign: then those that have a value. */
export function campaignDifferences(before: CampaignContent | null, after: CampaignContent): CampaignDifference[] {
  const members = REQUEST_ORDER.map((member) => ({
    member,
    from: memberOf(before, member),
    to: memberOf(after, member),
  }))
  return members.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
}

/** What a change of a campaign tells the webhooks. */
export function campaignEvent(
  what: 'created' | 'updated' | 'deleted',
  { id, status }: Pick<Campaign, 'id' | 'status'>,
): NewEvent {
  return { type: `campaign.${what}`, payload: { campaign_id: id, status } }
}

function presentUseCase(useCase: UseCase, { id: campaignId, ownerId: customerId }: Campaign): JsonObject {
  const { messagingUseCaseUs, sampleMessages, id, createdAt, updatedAt } = useCase
  return { campaignId, customerId, messagingUseCaseUs, sampleMessages, id, createdAt, updatedAt }
}

/** Where an attribute that was given contradicts the samples. What was given holds; it is only told. */
function attributeWarnings({ attributes, useCases }: CampaignContent): string[] {
  const samples = useCases.flatMap(({ sampleMessages }) => sampleMessages)
  const warn = (name: 'embeddedLink' | 'embeddedPhone', find: (text: string) => string | null) => {
    if (attributes?.[name] !== false) return []
    const found = samples.map(find).find((text) => text !== null)
    return found === undefined ? [] : [`${name} is false, but a sample holds: ${found?.slice(0, 200)}`]
  }
  return [...warn('embeddedLink', linkIn), ...warn('embeddedPhone', phoneIn)]
}

const arrange = compileSerializer<Campaign, object>(campaignTable)

/** The campaign as an answer shows it, in the published order (contract 9.3). */
export function presentCampaign(campaign: Campaign, brandId: string | null): JsonObject {
  const warnings = attributeWarnings(campaign)
  return {
    ...arrange(campaign, {
      useCases: campaign.useCases.map((useCase) => presentUseCase(useCase, campaign)),
      kycSubmissionFormId: null,
      customerId: campaign.ownerId,
      submittedToTCR: campaign.lock === 'submitted',
      brandId,
    }),
    ...campaign.attributes,
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}
