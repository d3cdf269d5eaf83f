import type { CampaignIds } from '../../ports/brand-registry.ts'
import type { Carrier, NumberAssignment } from '../../ports/carrier.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { type JsonSession, withSession } from '../http-client/json-client.ts'
import type { NoteWord } from '../http-client/read-wire.ts'
import { type TelnyxConnection, telnyxClient } from './client.ts'
import { isUnknown } from './faults.ts'
import {
  isUuid,
  type TelnyxAssignment,
  toAssignment,
  toConnectedProfile,
  toNumbers,
  toProfileId,
  toProfilePage,
} from './wire.ts'

const PAGE_SIZE = 250
const PAGES_MAX = 10
const NAME_MAX = 100
/** Telnyx requires the destinations of a new profile; 10DLC is for US numbers. */
const DESTINATIONS = ['US', 'CA']
const NOT_OURS = { member: 'phone_number', says: 'The phone number is not in the account at Telnyx.' } as const
const NO_CAMPAIGN = { member: 'campaign', says: 'The campaign has no id that Telnyx knows.' } as const

/**
 * Telnyx as the carrier: messaging profiles, numbers and their campaigns. Our reference is the end of a messaging profile's
 * name, in brackets. Fails at construction if the base URL is not safe to send a secret to.
 */
export function telnyxCarrier(options: TelnyxConnection): Carrier {
  const client = telnyxClient(options, 'carrier')
  const within = <T>(signal: AbortSignal | undefined, work: (session: JsonSession) => Promise<T>) =>
    withSession(client, signal, work)
  return {
    name: 'telnyx',
    isSimulated: false,
    findMessagingProfile: ({ reference, signal }) => within(signal, (session) => findProfile(session, reference)),
    createMessagingProfile: ({ reference, name, signal }) =>
      within(signal, (session) => createProfile(session, reference, name)),
    connectNumber: ({ messagingProfileId, phoneNumber, signal }) =>
      within(signal, (session) => connectNumber(session, messagingProfileId, phoneNumber)),
    assignCampaign: ({ phoneNumber, campaign, signal }) =>
      within(signal, (session) => assignCampaign(session, phoneNumber, campaign)),
    readAssignment: ({ phoneNumber, campaign, signal }) =>
      within(signal, async (session) => {
        const assignment = await readAssignment(session, phoneNumber)
        return assignment.kind === 'done' ? done(shown(assignment.value, campaign)) : assignment
      }),
  }
}

function nameOf(reference: string, name: string): string {
  return `${name.slice(0, NAME_MAX)} [${reference}]`
}

async function findProfile(
  session: JsonSession,
  reference: string,
): Promise<Outcome<{ messagingProfileId: string } | null>> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const listed = await session.call({
      step: 'find_messaging_profile',
      method: 'GET',
      path: 'messaging_profiles',
      query: { 'page[number]': String(page), 'page[size]': String(PAGE_SIZE) },
      read: toProfilePage,
    })
    if (listed.kind !== 'done') return listed
    const match = listed.value.profiles.find(({ name }) => name.endsWith(`[${reference}]`))
    if (match !== undefined) return done({ messagingProfileId: match.id })
    if (page >= listed.value.pages) return done(null)
  }
  return unavailable('subject', 60)
}

async function createProfile(
  session: JsonSession,
  reference: string,
  name: string,
): Promise<Outcome<{ messagingProfileId: string }>> {
  const found = await findProfile(session, reference)
  if (found.kind === 'timeout') return unavailable(found.of)
  if (found.kind !== 'done') return found
  if (found.value !== null) return done(found.value)
  const made = await session.call({
    step: 'create_messaging_profile',
    method: 'POST',
    path: 'messaging_profiles',
    body: { name: nameOf(reference, name), whitelisted_destinations: DESTINATIONS },
    read: toProfileId,
  })
  return made.kind === 'done' ? done({ messagingProfileId: made.value }) : made
}

/** The number's id comes from a filtered list; a number that the filter lets through by mistake is none. */
async function connectNumber(
  session: JsonSession,
  messagingProfileId: string,
  phoneNumber: string,
): Promise<Outcome<{ status: 'pending' | 'connected' }>> {
  if (!isUuid(messagingProfileId)) return refused({ member: '', says: 'The messaging profile is none of Telnyx.' })
  const listed = await session.call({
    step: 'find_number',
    method: 'GET',
    path: 'phone_numbers',
    // Digits alone: with the plus the filter finds nothing.
    query: { 'filter[phone_number]': phoneNumber.replace(/^\+/, '') },
    read: toNumbers,
  })
  if (listed.kind === 'timeout') return unavailable(listed.of)
  if (listed.kind !== 'done') return listed
  const number = listed.value.find((each) => each.phoneNumber === phoneNumber)
  if (number === undefined) return refused(NOT_OURS)
  if (number.profileId === messagingProfileId) return done({ status: 'connected' })
  const connected = await session.call({
    step: 'connect_number',
    method: 'PATCH',
    path: `phone_numbers/${number.id}/messaging`,
    body: { messaging_profile_id: messagingProfileId },
    read: (answer) => (toConnectedProfile(answer) === messagingProfileId ? 'connected' : null),
  })
  return connected.kind === 'done' ? done({ status: 'connected' }) : connected
}

/** POST for a number without a campaign, PUT for one that is in another or failed. */
async function assignCampaign(
  session: JsonSession,
  phoneNumber: string,
  campaign: CampaignIds,
): Promise<Outcome<NumberAssignment>> {
  const campaignId = campaign.telnyxCampaignId ?? campaign.tcrCampaignId
  if (campaignId === null) return refused(NO_CAMPAIGN)
  const before = await readAssignment(session, phoneNumber)
  if (before.kind === 'timeout') return unavailable(before.of)
  if (before.kind !== 'done') return before
  const current = before.value
  if (current?.status === 'leaving') return done({ status: 'leaving', says: null })
  if (current !== null && current.status !== 'failed' && isIn(current, campaign)) {
    return done({ status: current.status, says: current.says })
  }
  const assigned = await session.call({
    step: 'assign_campaign',
    method: current === null ? 'POST' : 'PUT',
    path: `10dlc/phone_number_campaigns${current === null ? '' : `/${encodeURIComponent(phoneNumber)}`}`,
    body: { phoneNumber, campaignId },
    read: sameNumber(phoneNumber),
  })
  return assigned.kind === 'done' ? done({ status: assigned.value.status, says: assigned.value.says }) : assigned
}

async function readAssignment(session: JsonSession, phoneNumber: string): Promise<Outcome<TelnyxAssignment | null>> {
  const read = await session.call({
    step: 'read_assignment',
    method: 'GET',
    path: `10dlc/phone_number_campaigns/${encodeURIComponent(phoneNumber)}`,
    read: sameNumber(phoneNumber),
  })
  // Telnyx does not know the number here until it is in a campaign.
  return isUnknown(read) ? done(null) : read
}

function sameNumber(phoneNumber: string): (answer: unknown, note: NoteWord) => TelnyxAssignment | null {
  return (answer, note) => {
    const assignment = toAssignment(answer, note)
    return assignment?.phoneNumber === phoneNumber ? assignment : null
  }
}

/** A number that is in another campaign than the given one is not where it shall be, whatever its state there. */
function shown(assignment: TelnyxAssignment | null, campaign?: CampaignIds): NumberAssignment | null {
  if (assignment === null) return null
  const { status, says } = assignment
  if (campaign === undefined || status === 'leaving' || isIn(assignment, campaign)) return { status, says }
  return { status: 'elsewhere', says: null }
}

/** Telnyx names a campaign by its own id, by TCR's, or by both. */
function isIn({ campaignIds }: TelnyxAssignment, { tcrCampaignId, telnyxCampaignId }: CampaignIds): boolean {
  const ours = [tcrCampaignId, telnyxCampaignId].map((id) => id?.toLowerCase())
  return campaignIds.some((id) => ours.includes(id.toLowerCase()))
}
