import type { BrandRegistry, RegistryFees } from '../../ports/brand-registry.ts'
import { done } from '../../ports/outcome.ts'
import { type JsonSession, withSession } from '../http-client/json-client.ts'
import { keptUsecases } from '../ten-dlc/campaign.ts'
import type { VettingOrder } from '../ten-dlc/wire.ts'
import {
  findBrand,
  orderVetting,
  readAuthentication,
  readBrand,
  readFeedback,
  readVetting,
  resendAuthentication,
  revetBrand,
  submitBrand,
  updateBrand,
} from './brands.ts'
import {
  CHANGEABLE,
  deactivateCampaign,
  findCampaign,
  readCampaign,
  submitCampaign,
  updateCampaign,
} from './campaigns.ts'
import { type TelnyxConnection, telnyxClient } from './client.ts'

export interface TelnyxRegistryOptions extends TelnyxConnection {
  /** Where Telnyx sends events; it carries our references, so it must be set and stay as it is. */
  callbackUrl: string
  /** Brands are registered as mocks. */
  takesMocks?: boolean
  vetting: VettingOrder | null
  fees: RegistryFees
}

/**
 * Telnyx as campaign service provider, for those without an account at TCR. Telnyx is the connectivity partner too, so
 * there is nobody to share a campaign with: its own review and the networks' are shown as the sharing.
 * Fails at construction if the base URL is not safe to send a secret to.
 */
export function telnyxBrandRegistry(options: TelnyxRegistryOptions): BrandRegistry {
  const client = telnyxClient(options, 'registry')
  const { callbackUrl, vetting, fees } = options
  const usecases = keptUsecases('10dlc/enum/usecase')
  const within = <T>(signal: AbortSignal | undefined, work: (session: JsonSession) => Promise<T>) =>
    withSession(client, signal, work)
  return {
    name: 'telnyx',
    isSimulated: false,
    hasVetting: vetting !== null,
    takesMocks: options.takesMocks ?? false,
    changeableInCampaign: CHANGEABLE,
    fees: () => fees,
    submitBrand: ({ signal, ...request }) => within(signal, (session) => submitBrand(session, request, callbackUrl)),
    updateBrand: ({ tcrBrandId, brand, signal }) =>
      within(signal, (session) => updateBrand(session, tcrBrandId, brand, callbackUrl)),
    revetBrand: ({ tcrBrandId, signal }) => within(signal, (session) => revetBrand(session, tcrBrandId)),
    findBrand: ({ reference, sent, signal }) => within(signal, (session) => findBrand(session, reference, sent)),
    readBrand: ({ tcrBrandId, signal }) => within(signal, (session) => readBrand(session, tcrBrandId)),
    readFeedback: ({ tcrBrandId, signal }) => within(signal, (session) => readFeedback(session, tcrBrandId)),
    orderVetting: ({ tcrBrandId, signal }) => within(signal, (session) => orderVetting(session, tcrBrandId, vetting)),
    readVetting: ({ tcrBrandId, signal }) => within(signal, (session) => readVetting(session, tcrBrandId, vetting)),
    readAuthentication: ({ tcrBrandId, signal }) =>
      within(signal, (session) => readAuthentication(session, tcrBrandId)),
    resendAuthentication: ({ tcrBrandId, signal }) =>
      within(signal, (session) => resendAuthentication(session, tcrBrandId)),
    submitCampaign: ({ campaign, signal }) =>
      within(signal, (session) => submitCampaign(session, campaign, { callbackUrl, usecases })),
    findCampaign: ({ reference, tcrBrandId, signal }) =>
      within(signal, (session) => findCampaign(session, { reference, tcrBrandId })),
    updateCampaign: ({ campaign, content, signal }) =>
      within(signal, (session) => updateCampaign(session, { campaign, content })),
    readCampaign: ({ campaign, signal }) => within(signal, (session) => readCampaign(session, campaign)),
    shareCampaign: async () => done(null),
    deactivateCampaign: ({ campaign, signal }) => within(signal, (session) => deactivateCampaign(session, campaign)),
  }
}
