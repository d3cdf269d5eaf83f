import type {
  BrandForRegistry,
  BrandRegistry,
  CampaignForRegistry,
  RegisteredBrand,
  RegisteredCampaign,
  RegistryFeedback,
  Vetting,
} from '../../../src/ports/brand-registry.ts'
import type { Outcome } from '../../../src/ports/outcome.ts'

/**
 * A registry that keeps what it is sent and does what a test says: it takes a brand and then hangs, loses the request, is
 * down, refuses, throws. What it holds is counted, since nothing may ever be there twice.
 */

type Call =
  | 'submitBrand'
  | 'updateBrand'
  | 'findBrand'
  | 'submitCampaign'
  | 'updateCampaign'
  | 'readBrand'
  | 'readCampaign'
  | 'revetBrand'
  | 'orderVetting'
  | 'readVetting'

/** What happens to one call, the call's own answer beside. `take`: the registry does it, but its answer never comes. */
export type Fate = 'answer' | 'take' | 'lose' | 'down' | 'refuse' | 'throw' | 'busy'

export interface ScriptedRegistry extends BrandRegistry {
  readonly brands: Map<string, BrandForRegistry>
  readonly campaigns: Map<string, CampaignForRegistry>
  readonly log: string[]
  /** Fates of the next calls of a kind, in order; `answer` when they are used up. */
  plan(call: Call, ...fates: Fate[]): void
  /** Every further call of the kind. */
  always(call: Call, fate: Fate): void
  identity: RegisteredBrand['identityStatus']
  sharing: RegisteredCampaign['sharingStatus']
  feedback: RegistryFeedback[]
  universalEin: string | null
  /** What the vetting company has come to; what is ordered is `pending` until a test says otherwise. Null: it shows nothing. */
  vetted: Vetting | null
  /** How far a listed company's answer to the registry's mail is. */
  authentication: Vetting | null
  /** Runs while a submission is being taken, before its answer. */
  onSubmit: (() => Promise<void>) | null
  /** Runs while any scripted call is under way, whatever becomes of it. */
  onCall: ((call: string) => Promise<void>) | null
  /** Runs after the registry has looked a brand up for a read, before its answer. */
  onRead: (() => Promise<void>) | null
}

const SUBMISSIONS: ReadonlySet<Call> = new Set<Call>(['submitBrand', 'updateBrand', 'submitCampaign', 'orderVetting'])
const TIMEOUT: Outcome<never> = { kind: 'timeout', of: 'service' }

function numberOf(map: Map<string, unknown>, reference: string, letter: string): string {
  return `${letter}${String([...map.keys()].indexOf(reference) + 1).padStart(6, '0')}`
}

function referenceOf(map: Map<string, unknown>, id: string | null): string {
  return [...map.keys()][Number(id?.slice(1)) - 1] ?? ''
}

function brandIn({ brands, identity, universalEin }: ScriptedRegistry, reference: string): RegisteredBrand {
  return {
    tcrBrandId: numberOf(brands, reference, 'B'),
    reference,
    status: 'ACTIVE',
    identityStatus: identity,
    universalEin,
    cspId: 'SABC123',
  }
}

function campaignIn({ campaigns, sharing }: ScriptedRegistry, reference: string): RegisteredCampaign {
  return {
    tcrCampaignId: numberOf(campaigns, reference, 'C'),
    telnyxCampaignId: null,
    reference,
    status: 'ACTIVE',
    sharingStatus: sharing,
    upstreamCnpId: null,
    cspId: 'SABC123',
    resellerId: 'R000000',
    monthlyFee: 10,
    says: sharing === 'DECLINED' ? 'The opt-in is not described.' : null,
  }
}

export function scriptedRegistry({ hasVetting = false, takesMocks = false } = {}): ScriptedRegistry {
  const fates = new Map<Call, Fate[]>()
  const standing = new Map<Call, Fate>()
  const brands = new Map<string, BrandForRegistry>()
  const campaigns = new Map<string, CampaignForRegistry>()
  const vettings = new Set<string>()
  const log: string[] = []

  async function meet<T>(call: Call, effect: () => T): Promise<Outcome<T>> {
    log.push(call)
    await registry.onCall?.(call)
    const fate = fates.get(call)?.shift() ?? standing.get(call) ?? 'answer'
    if (fate === 'throw') throw new Error('a bug in the adapter')
    if (fate === 'down' || fate === 'busy') return { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 }
    if (fate === 'lose') return TIMEOUT
    if (fate === 'refuse')
      return { kind: 'refused', refusals: [{ member: 'brand.business.taxId', says: 'Not valid.' }] }
    const value = effect()
    if (SUBMISSIONS.has(call)) await registry.onSubmit?.()
    if (call === 'readBrand') await registry.onRead?.()
    return fate === 'take' ? TIMEOUT : { kind: 'done', value }
  }

  const brandOf = (reference: string) => brandIn(registry, reference)
  const registry: ScriptedRegistry = {
    name: 'scripted',
    isSimulated: true,
    hasVetting,
    takesMocks,
    changeableInCampaign: ['description', 'samples', 'messageFlow', 'helpMessage'],
    brands,
    campaigns,
    log,
    identity: 'VERIFIED',
    sharing: 'ACCEPTED',
    feedback: [],
    universalEin: 'US_123456789',
    vetted: { status: 'pending', score: null, reasons: [] },
    authentication: null,
    onSubmit: null,
    onCall: null,
    onRead: null,
    plan: (call, ...list) => void fates.set(call, list),
    always: (call, fate) => void standing.set(call, fate),
    fees: () => ({ brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 }),
    submitBrand: ({ brand }) =>
      meet('submitBrand', () => {
        if (brands.has(brand.reference)) throw new Error('the brand is registered twice')
        brands.set(brand.reference, structuredClone(brand))
        return brandOf(brand.reference)
      }),
    updateBrand: ({ tcrBrandId, brand }) =>
      meet('updateBrand', () => {
        brands.set(referenceOf(brands, tcrBrandId), structuredClone(brand))
        return brandOf(brand.reference)
      }),
    revetBrand: ({ tcrBrandId }) => meet('revetBrand', () => brandOf(referenceOf(brands, tcrBrandId))),
    findBrand: ({ reference }) => meet('findBrand', () => (brands.has(reference) ? brandOf(reference) : null)),
    readBrand: ({ tcrBrandId }) => meet('readBrand', () => brandOf(referenceOf(brands, tcrBrandId))),
    readFeedback: async () => ({ kind: 'done', value: registry.feedback }),
    orderVetting: ({ tcrBrandId }) =>
      meet('orderVetting', () => {
        if (vettings.has(tcrBrandId)) throw new Error('the vetting is ordered twice')
        vettings.add(tcrBrandId)
        return { status: 'pending' as const, score: null, reasons: [] }
      }),
    readVetting: ({ tcrBrandId }) => meet('readVetting', () => (vettings.has(tcrBrandId) ? registry.vetted : null)),
    readAuthentication: async () => ({ kind: 'done', value: registry.authentication }),
    resendAuthentication: async () => {
      log.push('resendAuthentication')
      return { kind: 'done', value: null }
    },
    ...campaignCalls(() => registry, meet),
  }
  return registry
}

type Meet = <T>(call: Call, effect: () => T) => Promise<Outcome<T>>

type CampaignCalls = Pick<
  BrandRegistry,
  'submitCampaign' | 'updateCampaign' | 'findCampaign' | 'readCampaign' | 'shareCampaign' | 'deactivateCampaign'
>

function campaignCalls(registry: () => ScriptedRegistry, meet: Meet): CampaignCalls {
  return {
    submitCampaign: ({ campaign }) =>
      meet('submitCampaign', () => {
        if (registry().campaigns.has(campaign.reference)) throw new Error('the campaign is registered twice')
        registry().campaigns.set(campaign.reference, structuredClone(campaign))
        return campaignIn(registry(), campaign.reference)
      }),
    updateCampaign: ({ campaign, content }) =>
      meet('updateCampaign', () => {
        const reference = referenceOf(registry().campaigns, campaign.tcrCampaignId)
        if (content.reference !== reference) throw new Error('another campaign is changed')
        registry().campaigns.set(reference, structuredClone(content))
        return { ...campaignIn(registry(), reference), sharingStatus: 'PENDING' as const, says: null }
      }),
    findCampaign: async ({ reference }) => ({
      kind: 'done',
      value: registry().campaigns.has(reference) ? campaignIn(registry(), reference) : null,
    }),
    readCampaign: ({ campaign }) =>
      meet('readCampaign', () => campaignIn(registry(), referenceOf(registry().campaigns, campaign.tcrCampaignId))),
    shareCampaign: async () => ({ kind: 'done', value: null }),
    async deactivateCampaign({ campaign }) {
      registry().log.push(`deactivate ${referenceOf(registry().campaigns, campaign.tcrCampaignId)}`)
      return { kind: 'done', value: null }
    },
  }
}
