import { type Bounds, CAMPAIGN_LIMITS, isWithin, MIXED_USE_CASES } from '../../contract/registry/limits.ts'
import type { CampaignForRegistry } from '../../ports/brand-registry.ts'
import type { Refusal } from '../../ports/outcome.ts'

/**
 * What a registry refuses of a campaign at once: lengths and counts of TCR's campaign form and of the largest resellers. The
 * messages are asked for since every campaign states that people can opt in, opt out and get help.
 */

/** The use cases that can be part of a mixed one. Machine to machine is none. */
const PARTS_OF_MIXED: ReadonlySet<string> = new Set([
  '2FA',
  'ACCOUNT_NOTIFICATION',
  'CUSTOMER_CARE',
  'DELIVERY_NOTIFICATION',
  'FRAUD_ALERT',
  'HIGHER_EDUCATION',
  'MARKETING',
  'POLLING_VOTING',
  'PUBLIC_SERVICE_ANNOUNCEMENT',
  'SECURITY_ALERT',
])

const {
  description: DESCRIPTION,
  messageFlow: FLOW,
  reply: MESSAGE,
  sample: SAMPLE,
  samples: SAMPLES,
} = CAMPAIGN_LIMITS
const { parts: PARTS, keywordsMax: KEYWORDS_MAX } = CAMPAIGN_LIMITS

/** Every refusal at once, in the order of the campaign's members; [] for none. */
export function judgeCampaign(campaign: CampaignForRegistry): Refusal[] {
  const { description, messageFlow, optinMessage, optoutMessage, helpMessage } = campaign
  const refusals: Refusal[] = []
  const within = (member: string, text: string | null, bounds: Bounds, what: string) => {
    if (!isWithin(text ?? '', bounds))
      refusals.push({ member: `campaign.${member}`, says: `${what} has ${bounds.min} to ${bounds.max} characters.` })
  }
  refusals.push(...judgeUseCase(campaign))
  within('description', description, DESCRIPTION, 'The description')
  within('messageFlow', messageFlow, FLOW, 'The message flow')
  within('optinMessage', optinMessage, MESSAGE, 'The message on opting in')
  within('optoutMessage', optoutMessage, MESSAGE, 'The message on opting out')
  within('helpMessage', helpMessage, MESSAGE, 'The help message')
  return [...refusals, ...judgeSamples(campaign), ...judgeKeywords(campaign)]
}

function judgeUseCase({ usecase, subUsecases }: CampaignForRegistry): Refusal[] {
  const member = 'campaign.useCases'
  const foreign = subUsecases.filter((part) => !PARTS_OF_MIXED.has(part))
  if (foreign.length > 0)
    return [{ member, says: `A campaign of use case ${usecase} cannot hold ${foreign.join(', ')}.` }]
  const { length } = subUsecases
  if (MIXED_USE_CASES.has(usecase) && (length < PARTS.min || length > PARTS.max))
    return [{ member, says: `A campaign of use case ${usecase} names ${PARTS.min} to ${PARTS.max} other use cases.` }]
  return []
}

function judgeSamples({ samples }: CampaignForRegistry): Refusal[] {
  const member = 'campaign.useCases'
  if (samples.length < SAMPLES.min || samples.length > SAMPLES.max)
    return [{ member, says: `A campaign has ${SAMPLES.min} to ${SAMPLES.max} sample messages.` }]
  const isWrong = samples.some((text) => !isWithin(text, SAMPLE))
  return isWrong ? [{ member, says: `A sample message has ${SAMPLE.min} to ${SAMPLE.max} characters.` }] : []
}

function judgeKeywords({ optinKeywords, optoutKeywords, helpKeywords }: CampaignForRegistry): Refusal[] {
  const refusals: Refusal[] = []
  const met = new Set<string>()
  for (const [member, text, needed] of [
    ['optinKeywords', optinKeywords, null],
    ['optoutKeywords', optoutKeywords, 'STOP'],
    ['helpKeywords', helpKeywords, 'HELP'],
  ] as const) {
    if (text === null) continue
    const words = text.toUpperCase().split(',')
    const refuse = (says: string) => refusals.push({ member: `campaign.${member}`, says })
    if (text.length > KEYWORDS_MAX || !words.every((word) => /^[A-Z0-9]+$/.test(word)))
      refuse(`Keywords are letters and digits with commas between them, ${KEYWORDS_MAX} characters at most.`)
    else if (words.some((word) => met.has(word))) refuse('A keyword stands in one list only.')
    else if (needed !== null && !words.includes(needed)) refuse(`These keywords include ${needed}.`)
    for (const word of words) met.add(word)
  }
  return refusals
}
