import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import { type Brand, brandInEffect } from '../brands/index.ts'
import { CHANNEL_MEMBERS, type Channel, chainOf, type NumberSource } from './number-source.rules.ts'
import { DEFAULT_SETTINGS, type Profile } from './profile.fields.ts'

/** The settings that hold for a profile, with where each comes from. */

/** Where a value comes from: the profile itself, its organization, another profile, or nobody set it. */
export type Origin = 'own' | 'organization' | 'profile' | 'default'
export const ORIGINS: readonly Origin[] = ['own', 'organization', 'profile', 'default']

export interface EffectiveValue {
  /** As the history names it: `short_name`, `brand.business.legal_name`. */
  member: string
  value: JsonValue
  origin: Origin
  /** The other profile that the value comes from. */
  profile_id: string | null
}

export interface EffectiveMember extends EffectiveValue {
  /** Since when the value holds; null where that is not recorded. */
  since: string | null
}

/** A campaign, as far as it is named among the settings. */
export interface NamedCampaign {
  id: string
  name: string
  createdAt: string
  updatedAt: string | null
}

/** What is read beside the profile. */
export interface Surroundings {
  /** Live profiles that the references for numbers lead to. */
  reached: readonly NumberSource[]
  /** The campaigns of the profile, and those of its organization. */
  campaigns: readonly NamedCampaign[]
  organizationCampaigns: readonly NamedCampaign[]
}

/** Of an answer, what identifies or dates the profile and is no setting. */
const NO_SETTING: ReadonlySet<string> = new Set(['id', 'organization_id', 'status', 'created_at', 'updated_at'])
const SECTIONS = ['contact', 'business', 'compliance'] as const

/** The settings in an answer by their paths, in the published order. What a registry says of the brand is no setting. */
export function settingsIn(view: JsonObject): Map<string, JsonValue> {
  const settings = new Map<string, JsonValue>()
  for (const [member, value] of Object.entries(view)) {
    if (NO_SETTING.has(member)) continue
    if (member !== 'brand') settings.set(member, value)
    else if (isJsonObject(value)) addSections(settings, value)
  }
  return settings
}

function addSections(settings: Map<string, JsonValue>, brand: JsonObject): void {
  for (const section of SECTIONS) {
    for (const [member, value] of Object.entries(isJsonObject(brand[section]) ? brand[section] : {}))
      settings.set(`brand.${section}.${member}`, value)
  }
}

const CHANNELS: readonly Channel[] = ['sms', 'whatsapp']

/** The channel whose number the member is, where the profile uses that of another one. */
function borrowedChannel(member: string, profile: Profile): Channel | null {
  const channel = CHANNELS.find((each) => CHANNEL_MEMBERS[each].number === member)
  return channel !== undefined && profile[CHANNEL_MEMBERS[channel].reference] !== null ? channel : null
}

function borrowed(
  channel: Channel,
  profile: Profile,
  reached: readonly NumberSource[],
): Omit<EffectiveValue, 'member'> {
  const { reference, number } = CHANNEL_MEMBERS[channel]
  const source = chainOf(channel, profile[reference] ?? '', reached)?.at(-1)
  return { value: source?.[number] ?? null, origin: 'profile', profile_id: source?.id ?? profile[reference] }
}

function originOf(member: string, value: JsonValue, profile: Profile): Origin {
  if (member === 'email') return 'organization'
  if (member === 'waba_id') return profile.waba_id !== null ? 'own' : value === null ? 'default' : 'organization'
  if (member.startsWith('brand.')) {
    if (brandInEffect(profile)?.isInherited === true) return 'organization'
    return value === null ? 'default' : 'own'
  }
  return isDefault(member, value) ? 'default' : 'own'
}

/** Whether a new profile has the value too. */
function isDefault(member: string, value: JsonValue): boolean {
  const given = (DEFAULT_SETTINGS as Record<string, JsonValue | undefined>)[member]
  return given !== undefined && given === value
}

/** @param view the profile as an answer shows it to whoever asks, so that what is masked there is masked here. */
export function effectiveValues(profile: Profile, view: JsonObject, around: Surroundings): EffectiveValue[] {
  const values = [...settingsIn(view)].map(([member, value]): EffectiveValue => {
    const channel = borrowedChannel(member, profile)
    if (channel !== null) return { member, ...borrowed(channel, profile, around.reached) }
    return { member, value, origin: originOf(member, value, profile), profile_id: null }
  })
  return [...values, campaignsInEffect(profile, around)]
}

function campaignsInEffect(profile: Profile, around: Surroundings): EffectiveValue {
  const campaigns = profile.inherit_tcr_campaign ? around.organizationCampaigns : around.campaigns
  const origin = profile.inherit_tcr_campaign ? 'organization' : campaigns.length === 0 ? 'default' : 'own'
  return { member: 'campaigns', value: campaigns.map(({ id, name }) => ({ id, name })), origin, profile_id: null }
}

/** When a member was last changed, and by what. */
export interface LastChange {
  at: string
  operation: string
}

export interface History {
  /** By member. */
  changes: ReadonlyMap<string, LastChange>
  /** Whether the whole history was read: a member that is not in it then has its value since the creation. */
  isWhole: boolean
}

/** The latest of the instants; null where one of them is not recorded. */
function latest(instants: readonly (string | null)[]): string | null {
  const known = instants.filter((instant) => instant !== null)
  if (known.length < instants.length) return null
  return known.reduce<string | null>(
    (last, at) => (last === null || Date.parse(at) > Date.parse(last) ? at : last),
    null,
  )
}

const NOTHING: History = { changes: new Map(), isWhole: false }

/**
 * The values with the time since which each holds. An inherited one holds since the profile began to inherit or since the
 * organization's brand or campaign was changed, whichever was later; a number of another profile since the last change along the way to it.
 *
 * @param histories by profile: this one, and those that numbers come from.
 */
export function effectiveMembers(
  profile: Profile,
  values: readonly EffectiveValue[],
  around: Surroundings & { histories: ReadonlyMap<string, History> },
): EffectiveMember[] {
  const changed = (id: string, member: string, createdAt: string | null) => {
    const { changes, isWhole } = around.histories.get(id) ?? NOTHING
    return changes.get(member)?.at ?? (isWhole ? createdAt : null)
  }
  const own = (member: string) => changed(profile.id, member, profile.created_at)
  const since = ({ member, origin }: EffectiveValue): string | null => {
    if (member === 'email') return null
    if (member === 'waba_id') return origin === 'organization' ? null : profile.created_at
    if (member === 'campaigns') return sinceCampaigns(profile, around, own('inherit_tcr_campaign'))
    const channel = borrowedChannel(member, profile)
    if (channel !== null) return sinceBorrowed(channel, profile, { reached: around.reached, own, changed })
    return member.startsWith('brand.') ? sinceBrand(profile, member, own) : own(member)
  }
  return values.map((value) => ({
    ...refined(value, around.histories.get(profile.id) ?? NOTHING),
    since: since(value),
  }))
}

/** A default that was set once more later is the profile's own. */
function refined(value: EffectiveValue, { changes }: History): EffectiveValue {
  const change = changes.get(value.member)
  const isSetLater = value.origin === 'default' && value.value !== null && change !== undefined
  return isSetLater && change.operation !== 'createProfile' ? { ...value, origin: 'own' } : value
}

function sinceBrand(profile: Profile, member: string, own: (member: string) => string | null): string | null {
  const shown = brandInEffect<Brand>(profile)
  const beganAt = own('inherit_tcr_brand')
  if (shown === null) return beganAt
  if (shown.isInherited) return latest([beganAt, shown.brand.updated_at ?? shown.brand.created_at])
  return latest([beganAt, own(member) ?? null])
}

function sinceCampaigns(profile: Profile, around: Surroundings, beganAt: string | null): string | null {
  const campaigns = profile.inherit_tcr_campaign ? around.organizationCampaigns : around.campaigns
  return latest([beganAt, ...campaigns.map(({ createdAt, updatedAt }) => updatedAt ?? createdAt)])
}

function sinceBorrowed(
  channel: Channel,
  profile: Profile,
  at: {
    reached: readonly NumberSource[]
    own: (member: string) => string | null
    changed: (id: string, member: string, createdAt: string | null) => string | null
  },
): string | null {
  const { reference, number } = CHANNEL_MEMBERS[channel]
  const chain = chainOf(channel, profile[reference] ?? '', at.reached)
  if (chain === null) return null
  const onTheWay = chain.map(({ id }, index) => at.changed(id, index < chain.length - 1 ? reference : number, null))
  return latest([at.own(reference), ...onTheWay])
}
