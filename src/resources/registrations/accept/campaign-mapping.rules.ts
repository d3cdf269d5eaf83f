import { CAMPAIGN_LIMITS, DAILY_VOLUME, MIXED_USE_CASES } from '../../../contract/registry/limits.ts'
import { linkIn, phoneIn } from '../../../contract/text/embedded.ts'
import { readKeywords } from '../../../contract/text/keywords.ts'
import type { CampaignForRegistry } from '../../../ports/brand-registry.ts'
import type { Campaign } from '../../campaigns/index.ts'
import type { Problem } from '../registration.fields.ts'
import { SOLE_PROPRIETOR } from './brand-mapping.rules.ts'

/** A stored campaign as a registry takes it: one use case, or one that holds several (TCR's campaign request). */

/** The registry has five places for samples, for the whole campaign. */
const SAMPLES_MAX = CAMPAIGN_LIMITS.samples.max
/** How many use cases a mixed campaign may hold at the registry. */
const SUB_USE_CASES_MAX = CAMPAIGN_LIMITS.parts.max

/** The registry's name of a use case; one differs. */
function registryName(useCase: string): string {
  return useCase === 'TWO_FA' ? '2FA' : useCase
}

/**
 * One use case stands for itself; several become the parts of MIXED, or of LOW_VOLUME where few messages are expected.
 * A MIXED or LOW_VOLUME among others is their parent.
 */
export function mergeUseCases(
  useCases: readonly string[],
  messagesPerDay: number | null,
): { usecase: string; subUsecases: string[] } {
  const distinct = [...new Set(useCases)]
  const [first = '', ...others] = distinct
  if (others.length === 0) return { usecase: registryName(first), subUsecases: [] }
  const subUsecases = distinct.filter((useCase) => !MIXED_USE_CASES.has(useCase)).map(registryName)
  const isLow = messagesPerDay !== null && messagesPerDay < DAILY_VOLUME.lowBelow
  const parent = distinct.find((useCase) => MIXED_USE_CASES.has(useCase)) ?? (isLow ? 'LOW_VOLUME' : 'MIXED')
  return { usecase: parent, subUsecases }
}

/** Up to five samples: one of each use case in turn, so that none goes without. */
export function pickSamples(useCases: readonly { sampleMessages: readonly string[] }[]): string[] {
  const picked: string[] = []
  const longest = Math.max(0, ...useCases.map(({ sampleMessages }) => sampleMessages.length))
  for (let turn = 0; turn < longest; turn += 1) {
    for (const { sampleMessages } of useCases) {
      const sample = sampleMessages[turn]
      if (sample !== undefined && !picked.includes(sample)) picked.push(sample)
    }
  }
  return picked.slice(0, SAMPLES_MAX)
}

function keywords(text: string | null): string | null {
  const words = readKeywords(text ?? '')
  return words.length === 0 ? null : words.join(',')
}

/** What the registry would refuse. */
function problemsOf(subUsecases: readonly string[], usecase: string, isSoleProprietor: boolean): Problem[] {
  if (isSoleProprietor) return [SOLE_PROPRIETOR]
  if (subUsecases.length > SUB_USE_CASES_MAX) {
    const says = `A campaign of use case ${usecase} holds at most ${SUB_USE_CASES_MAX} use cases: split it in two.`
    return [{ field: 'campaign.useCases', says }]
  }
  return []
}

/** Several use cases without a parent among them: the expected volume decides between MIXED and LOW_VOLUME, and so what it costs. */
function isByVolume(useCases: Campaign['useCases']): boolean {
  const distinct = new Set<string>(useCases.map(({ messagingUseCaseUs }) => messagingUseCaseUs))
  return distinct.size > 1 && ![...MIXED_USE_CASES].some((parent) => distinct.has(parent))
}

const UNREAD_VOLUME: Problem = {
  field: 'brand.compliance.expectedMessagingVolume',
  says: 'No number can be read in the expected volume, which decides between MIXED and LOW_VOLUME: write messages a day, as 2000.',
}

/** What nobody can tell from the texts: it is so where it was said. */
const DECLARED = ['numberPool', 'ageGated', 'directLending', 'affiliateMarketing'] as const

/** A campaign but for the registry's id of its brand, which is known when the brand is registered. */
export type MappedCampaign = Omit<CampaignForRegistry, 'tcrBrandId'>

/**
 * The campaign in the registry's terms, and what the registry would refuse.
 *
 * @param at isVolumeUnread: the brand says a volume in which no number was found; generation: 1 for the first submission; a campaign that was declined is submitted anew under a further reference.
 */
export function toRegistryCampaign(
  campaign: Campaign,
  at: { generation: number; messagesPerDay: number | null; isSoleProprietor: boolean; isVolumeUnread: boolean },
): { campaign: MappedCampaign; problems: Problem[] } {
  const merged = mergeUseCases(
    campaign.useCases.map(({ messagingUseCaseUs }) => messagingUseCaseUs),
    at.messagesPerDay,
  )
  const samples = pickSamples(campaign.useCases)
  const { attributes = {} } = campaign
  return {
    campaign: {
      reference: at.generation === 1 ? campaign.id : `${campaign.id}-${at.generation}`,
      ...merged,
      description: campaign.description,
      messageFlow: campaign.messageFlow,
      samples,
      optinMessage: campaign.optinMessage,
      optoutMessage: campaign.optoutMessage,
      helpMessage: campaign.helpMessage,
      optinKeywords: keywords(campaign.optinKeywords),
      optoutKeywords: keywords(campaign.optoutKeywords),
      helpKeywords: keywords(campaign.helpKeywords),
      privacyPolicyLink: campaign.privacyPolicyLink,
      termsAndConditionsLink: campaign.termsAndConditionsLink,
      hasEmbeddedLink: attributes.embeddedLink ?? samples.some((text) => linkIn(text) !== null),
      hasEmbeddedPhone: attributes.embeddedPhone ?? samples.some((text) => phoneIn(text) !== null),
      ...Object.fromEntries(DECLARED.filter((name) => attributes[name] === true).map((name) => [name, true])),
    },
    problems: [
      ...problemsOf(merged.subUsecases, merged.usecase, at.isSoleProprietor),
      ...(at.isVolumeUnread && isByVolume(campaign.useCases) ? [UNREAD_VOLUME] : []),
    ],
  }
}
