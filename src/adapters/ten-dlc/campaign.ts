import type { CampaignForRegistry } from '../../ports/brand-registry.ts'
import type { Refusal } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { JsonSession } from '../http-client/json-client.ts'
import { type NetworkTerms, type Qualification, toUsecases } from './wire.ts'

/** Networks by the registry's number. */
const NETWORKS: ReadonlyMap<string, string> = new Map([
  ['10017', 'AT&T'],
  ['10035', 'T-Mobile'],
  ['10037', 'US Cellular'],
  ['10038', 'Verizon'],
])

/**
 * Why the registry or a network would refuse the campaign, from what the registry says before anything is charged. A network
 * that takes the use case from nobody of this brand asks for nothing.
 *
 * @param usecases from the registry's own list; null where it could not be read, which then decides by itself.
 */
export function qualificationRefusals(
  { networks, subUsecasesMin, subUsecasesMax }: Qualification,
  campaign: CampaignForRegistry,
  usecases: ReadonlyMap<string, boolean> | null,
): Refusal[] {
  const open = networks.filter(({ qualifies }) => qualifies)
  if (open.length === 0) return [REGISTRY_REASONS.brandNotVerified]
  const count = campaign.subUsecases.length
  const isCountRight = count >= subUsecasesMin && count <= Math.max(subUsecasesMax, subUsecasesMin)
  const says = `The registry takes ${subUsecasesMin} to ${subUsecasesMax} use cases in a campaign of ${campaign.usecase}.`
  return [
    ...(isCountRight ? [] : [{ member: 'campaign.useCases', says }]),
    ...partRefusals(campaign, usecases),
    ...termRefusals(open, campaign),
  ]
}

function partRefusals({ usecase, subUsecases }: CampaignForRegistry, usecases: ReadonlyMap<string, boolean> | null) {
  const wrong = usecases === null ? [] : subUsecases.filter((part) => usecases.get(part) !== true)
  if (usecases === null || wrong.length === 0) return []
  const allowed = [...usecases].filter(([, isPart]) => isPart).map(([part]) => part)
  const says = `The registry takes ${wrong.join(', ')} not as part of a campaign of ${usecase}; parts are ${allowed.join(', ')}.`
  return [{ member: 'campaign.useCases', says }]
}

function termRefusals(open: readonly NetworkTerms[], campaign: CampaignForRegistry): Refusal[] {
  const samplesMin = Math.max(...open.map((terms) => terms.samplesMin))
  const terms: [isBroken: boolean, member: string, says: string, asking: (terms: NetworkTerms) => boolean][] = [
    [
      campaign.samples.length < samplesMin,
      'campaign.useCases',
      `at least ${samplesMin} sample messages`,
      (each) => each.samplesMin === samplesMin,
    ],
    [
      campaign.optinMessage === null && campaign.messageFlow === null,
      'campaign.optinMessage',
      'the message that confirms an opt-in, or how people opt in',
      ({ needsOptin }) => needsOptin,
    ],
    [
      campaign.optoutMessage === null && campaign.optoutKeywords === null,
      'campaign.optoutMessage',
      'the message or the keywords of the opt-out',
      ({ needsOptout }) => needsOptout,
    ],
    [campaign.helpMessage === null, 'campaign.helpMessage', 'the help message', ({ needsHelp }) => needsHelp],
    [campaign.hasEmbeddedLink, 'campaign.useCases', 'messages without links', ({ takesLinks }) => !takesLinks],
    [
      campaign.hasEmbeddedPhone,
      'campaign.useCases',
      'messages without phone numbers',
      ({ takesPhones }) => !takesPhones,
    ],
  ]
  return terms.flatMap(([isBroken, member, what, asking]) => {
    const by = open.filter(asking).map(nameOf)
    if (!isBroken || by.length === 0) return []
    return [{ member, says: `For ${campaign.usecase} ${by.join(', ')} asks for ${what}.` }]
  })
}

/** Networks that take nothing of the use case from the brand while others do. */
export function closedNetworks({ networks }: Qualification, { usecase }: CampaignForRegistry): string[] {
  const closed = networks.filter(({ qualifies }) => !qualifies).map(nameOf)
  return closed.map((name) => `${name} does not take ${usecase} from this brand: no message reaches its subscribers.`)
}

function nameOf({ id }: NetworkTerms): string {
  return NETWORKS.get(id) ?? `Network ${id.slice(0, 10)}`
}

/** How long the registry's list of use cases is kept. */
const KEPT_MS = 3_600_000

/** The registry's own list of use cases, read where a campaign has parts. One that cannot be read keeps nothing back. */
export type UsecaseList = (session: JsonSession) => Promise<ReadonlyMap<string, boolean> | null>

/** @param path of the list, below the base URL. */
export function keptUsecases(path: string, now: () => number = Date.now): UsecaseList {
  let kept: { usecases: ReadonlyMap<string, boolean>; until: number } | null = null
  return async (session) => {
    if (kept !== null && now() < kept.until) return kept.usecases
    const listed = await session.call({ step: 'list_usecases', method: 'GET', path, read: toUsecases })
    if (listed.kind !== 'done') return null
    kept = { usecases: listed.value, until: now() + KEPT_MS }
    return kept.usecases
  }
}
