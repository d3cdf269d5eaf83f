import type { BrandForRegistry, BrandRegistry, CampaignIds } from '../../../ports/brand-registry.ts'
import type { Carrier } from '../../../ports/carrier.ts'
import { notAsked, type Outcome } from '../../../ports/outcome.ts'
import type { Whatsapp } from '../../../ports/whatsapp.ts'
import type { Campaign } from '../../campaigns/index.ts'
import { campaignsOf } from '../../campaigns/index.ts'
import type { MappedCampaign } from '../accept/campaign-mapping.rules.ts'
import { readFrozen } from '../accept/snapshot.store.ts'
import type { Step } from '../registration.fields.ts'
import { findWhatsappChannel } from './facts.store.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import type { ProviderRequest } from './rules/next-action.rules.ts'
import { redactResponse } from './rules/redact.rules.ts'
import type { ProviderResponse } from './rules/transition.rules.ts'

/** Asks a provider one question. No transaction is open. What is asked is read here, and what is submitted is the frozen text. */

const AGAIN_SECONDS = 60
const NOT_CONFIGURED = notAsked(AGAIN_SECONDS)

/** @throws Error when what has to be asked about is gone: a bug, and the job is tried again. */
export async function ask(
  { db, ports, providerMs }: RegistrationOptions,
  work: RunState,
  { step, question }: { step: Step; question: ProviderRequest },
): Promise<ProviderResponse> {
  const request = await prepare(db, work, step, question)
  const signal = AbortSignal.timeout(providerMs)
  return redactResponse(await request(ports, signal), secretsOf(work))
}

type Send = (ports: RegistrationOptions['ports'], signal: AbortSignal) => Promise<ProviderResponse>

async function prepare(
  db: RegistrationOptions['db'],
  work: RunState,
  step: Step,
  question: ProviderRequest,
): Promise<Send> {
  if (step.step === 'carrier') return prepareCarrier(db, work, step, question)
  if (step.step === 'whatsapp') return prepareWhatsapp(db, work, question)
  if (step.step === 'campaign' || step.step === 'campaign_review') return prepareCampaign(db, work, step, question)
  return prepareBrand(db, work, step, question)
}

/** What a port answers, under the shape of its value. A port that was configured when the run began and is not now: later. */
function from<P>(
  of: ProviderResponse['of'],
  port: (ports: RegistrationOptions['ports']) => P | null,
  call: (port: P, signal: AbortSignal) => Promise<Outcome<unknown>>,
): Send {
  return async (ports, signal) => {
    const asked = port(ports)
    return { of, outcome: asked === null ? NOT_CONFIGURED : await call(asked, signal) } as ProviderResponse
  }
}

function toRegistry(
  of: 'brand' | 'feedback' | 'vetting' | 'authentication' | 'campaign' | 'nothing',
  call: (registry: BrandRegistry, signal: AbortSignal) => Promise<Outcome<unknown>>,
): Send {
  return from(of, ({ brandRegistry }) => brandRegistry, call)
}

function toCarrier(
  of: 'messaging_profile' | 'connection' | 'assignment',
  call: (carrier: Carrier, signal: AbortSignal) => Promise<Outcome<unknown>>,
): Send {
  return from(of, ({ carrier }) => carrier, call)
}

function toWhatsapp(call: (whatsapp: Whatsapp, signal: AbortSignal) => Promise<Outcome<unknown>>): Send {
  return from('nothing', ({ whatsapp }) => whatsapp, call)
}

function needed<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`a registration has lost its ${what}`)
  return value
}

async function prepareBrand(
  db: RegistrationOptions['db'],
  work: RunState,
  step: Step,
  question: ProviderRequest,
): Promise<Send> {
  const tcrBrandId = () => needed(work.brand?.tcr_brand_id, 'number at the registry')
  switch (question) {
    case 'submit_brand': {
      const brand = await readFrozen<BrandForRegistry>(db, work.organizationId, {
        mark: step.snapshot,
        cipher: work.cipher,
      })
      const since = step.attempts > 1 ? step.snapshot?.at : undefined
      const request = { brand, ...(since === undefined ? {} : { since }) }
      return toRegistry('brand', (registry, signal) => registry.submitBrand({ ...request, signal }))
    }
    case 'complete_brand':
    case 'update_brand': {
      const brand = await readFrozen<BrandForRegistry>(db, work.organizationId, {
        mark: step.snapshot,
        cipher: work.cipher,
      })
      const id = tcrBrandId()
      return toRegistry('brand', (registry, signal) => registry.updateBrand({ tcrBrandId: id, brand, signal }))
    }
    case 'find_brand': {
      const reference = needed(step.subject, 'brand')
      const { at: since } = needed(step.snapshot, 'frozen brand')
      const brand = await readFrozen<BrandForRegistry>(db, work.organizationId, {
        mark: step.snapshot,
        cipher: work.cipher,
      })
      return toRegistry('brand', (registry, signal) =>
        registry.findBrand({ reference, sent: { brand, since }, signal }),
      )
    }
    default: {
      const id = tcrBrandId()
      return aboutBrand(question, id)
    }
  }
}

function aboutBrand(question: ProviderRequest, tcrBrandId: string): Send {
  switch (question) {
    case 'revet_brand':
      return toRegistry('brand', (registry, signal) => registry.revetBrand({ tcrBrandId, signal }))
    case 'read_feedback':
      return toRegistry('feedback', (registry, signal) => registry.readFeedback({ tcrBrandId, signal }))
    case 'order_vetting':
      return toRegistry('vetting', (registry, signal) => registry.orderVetting({ tcrBrandId, signal }))
    case 'read_authentication':
      return toRegistry('authentication', (registry, signal) => registry.readAuthentication({ tcrBrandId, signal }))
    case 'resend_authentication':
      return toRegistry('nothing', (registry, signal) => registry.resendAuthentication({ tcrBrandId, signal }))
    case 'read_vetting':
      return toRegistry('vetting', (registry, signal) => registry.readVetting({ tcrBrandId, signal }))
    default:
      return toRegistry('brand', (registry, signal) => registry.readBrand({ tcrBrandId, signal }))
  }
}

function idsOf({ tcrCampaignId, telnyxCampaignId }: CampaignIds): CampaignIds {
  return { tcrCampaignId, telnyxCampaignId }
}

function knownIds({ campaigns }: RunState, step: Step): CampaignIds {
  const campaign = campaigns.find(({ id }) => id === step.subject)
  return idsOf(needed(campaign, 'campaign'))
}

async function prepareCampaign(
  db: RegistrationOptions['db'],
  work: RunState,
  step: Step,
  question: ProviderRequest,
): Promise<Send> {
  if (question === 'submit_campaign' || question === 'update_campaign' || question === 'find_campaign') {
    const tcrBrandId = needed(work.brand?.tcr_brand_id, 'number at the registry')
    const frozen = await readFrozen<MappedCampaign>(db, work.organizationId, {
      mark: step.snapshot,
      cipher: work.cipher,
    })
    if (question === 'submit_campaign')
      return toRegistry('campaign', (registry, signal) =>
        registry.submitCampaign({ campaign: { ...frozen, tcrBrandId }, signal }),
      )
    if (question === 'update_campaign') {
      const request = { campaign: knownIds(work, step), content: { ...frozen, tcrBrandId } }
      return toRegistry('campaign', (registry, signal) => registry.updateCampaign({ ...request, signal }))
    }
    const { reference } = frozen
    return toRegistry('campaign', (registry, signal) => registry.findCampaign({ reference, tcrBrandId, signal }))
  }
  const campaign = knownIds(work, step)
  switch (question) {
    case 'deactivate_campaign':
      return toRegistry('nothing', (registry, signal) => registry.deactivateCampaign({ campaign, signal }))
    case 'share_campaign':
      return toRegistry('nothing', (registry, signal) => registry.shareCampaign({ campaign, signal }))
    default:
      return toRegistry('campaign', (registry, signal) => registry.readCampaign({ campaign, signal }))
  }
}

async function prepareCarrier(
  db: RegistrationOptions['db'],
  work: RunState,
  step: Step,
  question: ProviderRequest,
): Promise<Send> {
  const reference = work.registration.profileId
  const phoneNumber = needed(work.profile.sending_phone_number, 'phone number')
  switch (question) {
    case 'find_messaging_profile':
      return toCarrier('messaging_profile', (carrier, signal) => carrier.findMessagingProfile({ reference, signal }))
    case 'create_messaging_profile': {
      const { name } = work.profile
      return toCarrier('messaging_profile', (carrier, signal) =>
        carrier.createMessagingProfile({ reference, name, signal }),
      )
    }
    case 'connect_number': {
      const messagingProfileId = needed(work.registration.messagingProfileId, 'messaging profile')
      return toCarrier('connection', (carrier, signal) =>
        carrier.connectNumber({ messagingProfileId, phoneNumber, signal }),
      )
    }
    case 'assign_campaign': {
      const campaign = idsOf(needed(await campaignOfNumber(db, work), `campaign of step ${step.step}`))
      return toCarrier('assignment', (carrier, signal) => carrier.assignCampaign({ phoneNumber, campaign, signal }))
    }
    default: {
      const joined = await campaignOfNumber(db, work)
      const request = { phoneNumber, ...(joined === null ? {} : { campaign: idsOf(joined) }) }
      return toCarrier('assignment', (carrier, signal) => carrier.readAssignment({ ...request, signal }))
    }
  }
}

async function prepareWhatsapp(
  db: RegistrationOptions['db'],
  work: RunState,
  question: ProviderRequest,
): Promise<Send> {
  const channel = await findWhatsappChannel(db, work.organizationId, {
    profileId: work.registration.profileId,
    cipher: work.cipher,
  })
  const wabaId = needed(channel.wabaId ?? work.organization.waba_id, 'WhatsApp Business Account')
  const { accessToken } = channel
  if (question === 'subscribe_app')
    return toWhatsapp((whatsapp, signal) => whatsapp.subscribeApp({ wabaId, accessToken, signal }))
  const phoneNumberId = needed(channel.phoneNumberId, 'number of its WhatsApp Business Account')
  return toWhatsapp((whatsapp, signal) => whatsapp.registerNumber({ wabaId, phoneNumberId, accessToken, signal }))
}

/** A number joins one campaign: the oldest that a registry has, of the profile or of the organization where it inherits. */
export async function campaignOfNumber(db: RegistrationOptions['db'], work: RunState): Promise<Campaign | null> {
  const { profile, campaigns, organizationId } = work
  if (work.brand?.compliance.is_tcr_application !== true) return null
  const candidates = profile.inherit_tcr_campaign ? await campaignsOf(db, organizationId, organizationId) : campaigns
  return candidates.find(({ tcrCampaignId, telnyxCampaignId }) => (tcrCampaignId ?? telnyxCampaignId) !== null) ?? null
}

/** What is encrypted of the brand, so that no provider's words repeat it. */
function secretsOf({ brand }: RunState): string[] {
  if (brand === null) return []
  const values = [...Object.values(brand.contact), brand.business.tax_id, brand.universal_ein]
  return values.filter((value): value is string => typeof value === 'string')
}
