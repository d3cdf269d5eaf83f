import type { Log } from '../../observability/log.ts'
import type { BrandRegistry, RegistryFees } from '../../ports/brand-registry.ts'
import { refused } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import { providerBaseUrl } from '../http-client/bounded-fetch.ts'
import { type JsonClientOptions, type JsonSession, withSession } from '../http-client/json-client.ts'
import { keptUsecases } from '../ten-dlc/campaign.ts'
import type { VettingOrder } from '../ten-dlc/wire.ts'
import {
  findBrand,
  orderVetting,
  readAuthentication,
  readBrand,
  readFeedback,
  readVetting,
  revetBrand,
  submitBrand,
  updateBrand,
} from './brands.ts'
import {
  CHANGEABLE,
  deactivateCampaign,
  findCampaign,
  readCampaign,
  shareCampaign,
  submitCampaign,
  updateCampaign,
} from './campaigns.ts'
import { judge } from './faults.ts'

export interface TcrOptions {
  /** With the version; default `https://csp-api.campaignregistry.com/v2`. */
  baseUrl?: string
  /** Brands are registered as mocks. */
  takesMocks?: boolean
  apiKey: string
  apiSecret: string
  /** The connectivity partner (CNP) that campaigns are shared with; without one no campaign can be shared. */
  upstreamCnp: string | null
  vetting: VettingOrder | null
  fees: RegistryFees
  log: Log
  /** For all calls of one operation together; default 10 s (the provider step of the timeout ladder). */
  timeoutMs?: number
}

/**
 * The Campaign Registry, for a campaign service provider (CSP) with an account of its own. Our reference goes along as
 * `referenceId`, which is TCR's only guard against duplicates.
 * Fails at construction if the base URL is not safe to send a secret to.
 */
export function tcrBrandRegistry(options: TcrOptions): BrandRegistry {
  const client: JsonClientOptions = {
    provider: 'tcr',
    area: 'registry',
    baseUrl: providerBaseUrl('TCR_BASE_URL', options.baseUrl ?? 'https://csp-api.campaignregistry.com/v2'),
    authorization: `Basic ${Buffer.from(`${options.apiKey}:${options.apiSecret}`).toString('base64')}`,
    log: options.log,
    timeoutMs: options.timeoutMs ?? 10_000,
    judge,
  }
  const within = <T>(signal: AbortSignal | undefined, work: (session: JsonSession) => Promise<T>) =>
    withSession(client, signal, work)
  const usecases = keptUsecases('enum/usecase')
  return {
    name: 'tcr',
    isSimulated: false,
    takesMocks: options.takesMocks ?? false,
    changeableInCampaign: CHANGEABLE,
    hasVetting: options.vetting !== null,
    fees: () => options.fees,
    submitBrand: ({ brand, signal }) => within(signal, (session) => submitBrand(session, brand)),
    updateBrand: ({ tcrBrandId, brand, signal }) =>
      within(signal, (session) => updateBrand(session, tcrBrandId, brand)),
    revetBrand: ({ tcrBrandId, signal }) => within(signal, (session) => revetBrand(session, tcrBrandId)),
    findBrand: ({ reference, signal }) => within(signal, (session) => findBrand(session, reference)),
    readBrand: ({ tcrBrandId, signal }) => within(signal, (session) => readBrand(session, tcrBrandId)),
    readFeedback: ({ tcrBrandId, signal }) => within(signal, (session) => readFeedback(session, tcrBrandId)),
    orderVetting: ({ tcrBrandId, signal }) =>
      within(signal, (session) => orderVetting(session, tcrBrandId, options.vetting)),
    readVetting: ({ tcrBrandId, signal }) =>
      within(signal, (session) => readVetting(session, tcrBrandId, options.vetting)),
    readAuthentication: ({ tcrBrandId, signal }) =>
      within(signal, (session) => readAuthentication(session, tcrBrandId)),
    resendAuthentication: async () => refused(REGISTRY_REASONS.noMailAgain),
    submitCampaign: ({ campaign, signal }) => within(signal, (session) => submitCampaign(session, campaign, usecases)),
    findCampaign: ({ reference, tcrBrandId, signal }) =>
      within(signal, (session) => findCampaign(session, { reference, tcrBrandId })),
    updateCampaign: ({ campaign, content, signal }) =>
      within(signal, (session) => updateCampaign(session, { campaign, content }, options.upstreamCnp)),
    readCampaign: ({ campaign, signal }) => within(signal, (session) => readCampaign(session, campaign)),
    shareCampaign: ({ campaign, signal }) =>
      within(signal, (session) => shareCampaign(session, campaign, options.upstreamCnp)),
    deactivateCampaign: ({ campaign, signal }) => within(signal, (session) => deactivateCampaign(session, campaign)),
  }
}
