import type { BrandForRegistry, CampaignIds } from '../../../ports/brand-registry.ts'
import { notAsked, type Outcome } from '../../../ports/outcome.ts'
import { type Campaign, campaignsOf } from '../../campaigns/index.ts'
import type { MappedCampaign } from '../accept/campaign-mapping.rules.ts'
import { readFrozen } from '../accept/snapshot.store.ts'
import type { Step } from '../registration.fields.ts'
import { findWhatsappChannel } from './facts.store.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import type { ProviderRequest } from './rules/next-action.rules.ts'
import { redactResponse } from './rules/redact.rules.ts'
import type { ProviderResponse } from './rules/transition.rules.ts'

/** Asks a provider one question. No transaction is open. What is asked is read here, and what is submitted is the frozen text. */

/** What a question is about. */
interface Asked {
  db: RegistrationOptions['db']
  run: RunState
  step: Step
}

type AllPorts = RegistrationOptions['ports']
type Port<P extends keyof AllPorts> = NonNullable<AllPorts[P]>
/** What a call of a port takes. */
type RequestOf<P extends keyof AllPorts, C extends keyof Port<P>> = Port<P>[C] extends (request: infer R) => unknown
  ? Omit<R, 'signal'>
  : never

interface Question {
  port: keyof AllPorts
  call: string
  /** How the answer is read. */
  answer: ProviderResponse['of']
  subject: (asked: Asked) => object | Promise<object>
}

/** One row: which port is called, and how, what about, and what the answer is. */
function question<P extends keyof AllPorts, C extends keyof Port<P> & string>(
  port: P,
  call: C,
  answer: ProviderResponse['of'],
  subject: (asked: Asked) => RequestOf<P, C> | Promise<RequestOf<P, C>>,
): Question {
  return { port, call, answer, subject }
}

const QUESTIONS: Readonly<Record<ProviderRequest, Question>> = {
  submit_brand: question('brandRegistry', 'submitBrand', 'brand', newBrand),
  complete_brand: question('brandRegistry', 'updateBrand', 'brand', changedBrand),
  update_brand: question('brandRegistry', 'updateBrand', 'brand', changedBrand),
  find_brand: question('brandRegistry', 'findBrand', 'brand', sentBrand),
  read_brand: question('brandRegistry', 'readBrand', 'brand', brandId),
  revet_brand: question('brandRegistry', 'revetBrand', 'brand', brandId),
  read_feedback: question('brandRegistry', 'readFeedback', 'feedback', brandId),
  order_vetting: question('brandRegistry', 'orderVetting', 'vetting', brandId),
  read_vetting: question('brandRegistry', 'readVetting', 'vetting', brandId),
  read_authentication: question('brandRegistry', 'readAuthentication', 'authentication', brandId),
  resend_authentication: question('brandRegistry', 'resendAuthentication', 'nothing', brandId),
  submit_campaign: question('brandRegistry', 'submitCampaign', 'campaign', newCampaign),
  update_campaign: question('brandRegistry', 'updateCampaign', 'campaign', changedCampaign),
  find_campaign: question('brandRegistry', 'findCampaign', 'campaign', sentCampaign),
  read_campaign: question('brandRegistry', 'readCampaign', 'campaign', campaignIds),
  share_campaign: question('brandRegistry', 'shareCampaign', 'nothing', campaignIds),
  deactivate_campaign: question('brandRegistry', 'deactivateCampaign', 'nothing', campaignIds),
  find_messaging_profile: question('carrier', 'findMessagingProfile', 'messaging_profile', profileReference),
  create_messaging_profile: question('carrier', 'createMessagingProfile', 'messaging_profile', namedProfile),
  connect_number: question('carrier', 'connectNumber', 'connection', numberOfProfile),
  assign_campaign: question('carrier', 'assignCampaign', 'assignment', numberForCampaign),
  read_assignment: question('carrier', 'readAssignment', 'assignment', numberInCampaign),
  subscribe_app: question('whatsapp', 'subscribeApp', 'nothing', whatsappAccount),
  register_number: question('whatsapp', 'registerNumber', 'nothing', whatsappNumber),
}

/** A port that was configured when the run began and is not now: later. */
const NOT_CONFIGURED = notAsked(60)

/** @throws Error when what has to be asked about is gone: a bug, and the job is tried again. */
export async function callProvider(
  { db, ports, providerMs }: Pick<RegistrationOptions, 'db' | 'ports' | 'providerMs'>,
  run: RunState,
  { step, question: name }: { step: Step; question: ProviderRequest },
): Promise<ProviderResponse> {
  const { port: portName, call, answer, subject } = QUESTIONS[name]
  const about = await subject({ db, run, step })
  const port = ports[portName] as Readonly<Record<string, (request: object) => Promise<Outcome<unknown>>>> | null
  const outcome = await (port?.[call]?.({ ...about, signal: AbortSignal.timeout(providerMs) }) ?? NOT_CONFIGURED)
  return redactResponse({ of: answer, outcome } as ProviderResponse, secretsOf(run))
}

function needed<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`a registration has lost its ${what}`)
  return value
}

function brandId({ run }: Pick<Asked, 'run'>): { tcrBrandId: string } {
  return { tcrBrandId: needed(run.brand?.tcr_brand_id, 'number at the registry') }
}

function frozen<Request>({ db, run, step }: Asked): Promise<Request> {
  return readFrozen<Request>(db, run.organizationId, { mark: step.snapshot, cipher: run.cipher })
}

/** From the second try on with the time of the first, since the registry may have the brand. */
async function newBrand(asked: Asked) {
  const { attempts, snapshot } = asked.step
  const brand = await frozen<BrandForRegistry>(asked)
  return attempts > 1 && snapshot !== null ? { brand, since: snapshot.at } : { brand }
}

async function changedBrand(asked: Asked) {
  return { brand: await frozen<BrandForRegistry>(asked), ...brandId(asked) }
}

async function sentBrand(asked: Asked) {
  const reference = needed(asked.step.subject, 'brand')
  const { at: since } = needed(asked.step.snapshot, 'frozen brand')
  return { reference, sent: { brand: await frozen<BrandForRegistry>(asked), since } }
}

async function newCampaign(asked: Asked) {
  const { tcrBrandId } = brandId(asked)
  return { campaign: { ...(await frozen<MappedCampaign>(asked)), tcrBrandId } }
}

async function changedCampaign(asked: Asked) {
  const { campaign: content } = await newCampaign(asked)
  return { content, ...campaignIds(asked) }
}

async function sentCampaign(asked: Asked) {
  const { reference, tcrBrandId } = (await newCampaign(asked)).campaign
  return { reference, tcrBrandId }
}

function idsOf({ tcrCampaignId, telnyxCampaignId }: CampaignIds): CampaignIds {
  return { tcrCampaignId, telnyxCampaignId }
}

function campaignIds({ run, step }: Asked): { campaign: CampaignIds } {
  const campaign = run.campaigns.find(({ id }) => id === step.subject)
  return { campaign: idsOf(needed(campaign, 'campaign')) }
}

function profileReference({ run }: Asked): { reference: string } {
  return { reference: run.registration.profileId }
}

function namedProfile({ run }: Asked): { reference: string; name: string } {
  return { reference: run.registration.profileId, name: run.profile.name }
}

function phoneNumberOf({ profile }: RunState): string {
  return needed(profile.sending_phone_number, 'phone number')
}

function numberOfProfile({ run }: Asked): { messagingProfileId: string; phoneNumber: string } {
  const messagingProfileId = needed(run.registration.messagingProfileId, 'messaging profile')
  return { messagingProfileId, phoneNumber: phoneNumberOf(run) }
}

async function numberForCampaign({ db, run }: Asked) {
  const campaign = needed(await campaignOfNumber(db, run), 'campaign of its number')
  return { phoneNumber: phoneNumberOf(run), campaign: idsOf(campaign) }
}

async function numberInCampaign({ db, run }: Asked) {
  const campaign = await campaignOfNumber(db, run)
  return { phoneNumber: phoneNumberOf(run), ...(campaign === null ? {} : { campaign: idsOf(campaign) }) }
}

async function whatsappChannel({ db, run }: Asked) {
  const { organizationId, organization, registration, cipher } = run
  const channel = await findWhatsappChannel(db, organizationId, { profileId: registration.profileId, cipher })
  const wabaId = needed(channel.wabaId ?? organization.waba_id, 'WhatsApp Business Account')
  return { wabaId, accessToken: channel.accessToken, phoneNumberId: channel.phoneNumberId }
}

async function whatsappAccount(asked: Asked) {
  const { wabaId, accessToken } = await whatsappChannel(asked)
  return { wabaId, accessToken }
}

async function whatsappNumber(asked: Asked) {
  const { phoneNumberId, ...channel } = await whatsappChannel(asked)
  return { ...channel, phoneNumberId: needed(phoneNumberId, 'number of its WhatsApp Business Account') }
}

/** A number joins one campaign: the oldest that a registry has, of the profile or of the organization where it inherits. */
export async function campaignOfNumber(db: RegistrationOptions['db'], run: RunState): Promise<Campaign | null> {
  const { profile, campaigns, organizationId } = run
  if (run.brand?.compliance.is_tcr_application !== true) return null
  const candidates = profile.inherit_tcr_campaign ? await campaignsOf(db, organizationId, organizationId) : campaigns
  return candidates.find(({ tcrCampaignId, telnyxCampaignId }) => (tcrCampaignId ?? telnyxCampaignId) !== null) ?? null
}

/** What is encrypted of the brand, so that no provider's words repeat it. */
function secretsOf({ brand }: RunState): string[] {
  if (brand === null) return []
  const values = [...Object.values(brand.contact), brand.business.tax_id, brand.universal_ein]
  return values.filter((value): value is string => typeof value === 'string')
}
