import type { BrandRegistry, RegistryFees } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import { SimulatedBrands } from './registered-brands.ts'
import { type CampaignCalls, campaignCalls } from './registered-campaigns.ts'
import { openStage, type SimulatedStep, type SimulatorOptions, type Stage } from './simulated-call.ts'

export interface SimulatedRegistryOptions extends SimulatorOptions {
  hasVetting?: boolean
  fees?: RegistryFees
}

export interface SimulatedBrandRegistry extends BrandRegistry {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedStep[]
}

const NO_FEES: RegistryFees = { brand: null, revet: null, vetting: null, campaignReview: null }

/**
 * A registry that is none: the endings of tax ids and words in campaigns (`docs/PROVIDERS.md`) drive it. It refuses what
 * TCR refuses: a missing member, a reference that it has (case ignored), a campaign of a brand without a verified identity,
 * one whose texts have the wrong lengths or counts (`judge.ts`).
 * A brand is scored, a campaign reviewed, `delayMs` after the call; who reads again, or takes the events, sees it. A brand
 * or campaign that its memory has lost reads as an ordinary one that was accepted long ago.
 */
export function simulatedBrandRegistry(options: SimulatedRegistryOptions = {}): SimulatedBrandRegistry {
  const stage = openStage(options)
  const { note } = stage
  const brands = new SimulatedBrands(stage, options.file ?? null)
  const campaigns = campaignCalls(stage, {
    file: options.file ?? null,
    standingOf: (tcrBrandId) => ({
      identity: brands.read(tcrBrandId).identityStatus,
      isAuthenticated: (brands.authentication(tcrBrandId)?.status ?? 'active') === 'active',
      onlyUseCase: brands.onlyUseCase(tcrBrandId),
    }),
  })
  const hasVetting = options.hasVetting ?? false
  return {
    name: 'simulator',
    isSimulated: true,
    hasVetting,
    takesMocks: false,
    changeableInCampaign: ['description', 'samples', 'messageFlow', 'helpMessage'],
    calls: stage.calls,
    fees: () => options.fees ?? NO_FEES,
    submitBrand: ({ brand, signal }) => note('submitBrand', brand.reference, () => brands.submit(brand, signal)),
    updateBrand: ({ tcrBrandId, brand }) =>
      note('updateBrand', tcrBrandId, async () => brands.update(tcrBrandId, brand)),
    revetBrand: ({ tcrBrandId }) => note('revetBrand', tcrBrandId, async () => brands.revet(tcrBrandId)),
    findBrand: ({ reference }) => note('findBrand', reference, async () => done(brands.find(reference))),
    readBrand: ({ tcrBrandId }) =>
      note('readBrand', tcrBrandId, async () => readable(tcrBrandId, (id) => brands.read(id))),
    readFeedback: ({ tcrBrandId }) => note('readFeedback', tcrBrandId, async () => done(brands.feedback(tcrBrandId))),
    orderVetting: ({ tcrBrandId }) =>
      note('orderVetting', tcrBrandId, async () =>
        hasVetting ? done(brands.vet(tcrBrandId)) : refused(REGISTRY_REASONS.vettingOff),
      ),
    readVetting: ({ tcrBrandId }) => note('readVetting', tcrBrandId, async () => done(brands.vetting(tcrBrandId))),
    readAuthentication: ({ tcrBrandId }) =>
      note('readAuthentication', tcrBrandId, async () => done(brands.authentication(tcrBrandId))),
    resendAuthentication: ({ tcrBrandId }) =>
      note('resendAuthentication', tcrBrandId, async () => brands.resendMail(tcrBrandId)),
    ...notedCampaigns(stage, campaigns),
  }
}

function notedCampaigns({ note }: Stage, campaigns: CampaignCalls): CampaignCalls {
  const subject = ({ tcrCampaignId }: { tcrCampaignId: string | null }) => tcrCampaignId ?? ''
  return {
    submitCampaign: (request) =>
      note('submitCampaign', request.campaign.reference, () => campaigns.submitCampaign(request)),
    updateCampaign: (request) =>
      note('updateCampaign', subject(request.campaign), () => campaigns.updateCampaign(request)),
    findCampaign: (request) => note('findCampaign', request.reference, () => campaigns.findCampaign(request)),
    readCampaign: (request) => note('readCampaign', subject(request.campaign), () => campaigns.readCampaign(request)),
    shareCampaign: (request) =>
      note('shareCampaign', subject(request.campaign), () => campaigns.shareCampaign(request)),
    deactivateCampaign: (request) =>
      note('deactivateCampaign', subject(request.campaign), () => campaigns.deactivateCampaign(request)),
  }
}

function readable<T>(id: string, read: (id: string) => T): Outcome<T> {
  return /^B[0-9A-Z]{6}$/.test(id) ? done(read(id)) : refused(REGISTRY_REASONS.brandUnknown)
}
