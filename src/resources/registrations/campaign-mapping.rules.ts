import type { CampaignForRegistry } from '../../ports/brand-registry.ts'
import type { Campaign } from '../campaigns/index.ts'
import { SOLE_PROPRIETOR } from './brand-mapping.rules.ts'
import type { Problem } from './registration.fields.ts'

/** A stored campaign as a registry takes it: one use case, or one that holds several (TCR's campaign request). */

/** The registry has five places for samples, for the whole campaign. */
const SAMPLES_MAX = 5
/** How many use cases a mixed campaign may hold at the registry. */
const SUB_USE_CASES_MAX = 5
/** Messages a day below which a campaign is one of low volume (T-Mobile's tier). */
const LOW_VOLUME_BELOW = 2_000

const PARENTS = ['MIXED', 'LOW_VOLUME']

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
  const subUsecases = distinct.filter((useCase) => !PARENTS.includes(useCase)).map(registryName)
  const isLow = messagesPerDay !== null && messagesPerDay < LOW_VOLUME_BELOW
  const parent = distinct.find((useCase) => PARENTS.includes(useCase)) ?? (isLow ? 'LOW_VOLUME' : 'MIXED')
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
  const words = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return words.length === 0 ? null : words.join(',')
}

/** The messages that a brand expects a day, where its text says a number. */
export function messagesPerDay(volume: unknown): number | null {
  const digits = typeof volume === 'string' ? volume.replace(/[\s,._]/g, '') : ''
  return /^\d{1,9}$/.test(digits) ? Number(digits) : null
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

/** A campaign but for the registry's id of its brand, which is known when the brand is registered. */
export type MappedCampaign = Omit<CampaignForRegistry, 'tcrBrandId'>

/**
 * The campaign in the registry's terms, and what the registry would refuse.
 *
 * @param generation 1 for the first submission; a campaign that was declined is submitted anew under a further reference.
 */
export function toRegistryCampaign(
  campaign: Campaign,
  at: { generation: number; messagesPerDay: number | null; isSoleProprietor: boolean },
): { campaign: MappedCampaign; problems: Problem[] } {
  const merged = mergeUseCases(
    campaign.useCases.map(({ messagingUseCaseUs }) => messagingUseCaseUs),
    at.messagesPerDay,
  )
  const samples = pickSamples(campaign.useCases)
  const texts = samples.join('\n')
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
      hasEmbeddedLink: /https?:\/\/|\{url\}|\{link\}|\bwww\./i.test(texts),
      hasEmbeddedPhone: /(?:\+\d|\(\d{3}\)|\b\d{3}[-. ]\d{3}[-. ]\d{4})/.test(texts),
    },
    problems: problemsOf(merged.subUsecases, merged.usecase, at.isSoleProprietor),
  }
}
