import type { JsonObject, JsonValue } from '../../../contract/fields/json-value.ts'
import { brandInEffect } from '../../brands/index.ts'
import {
  CHANNEL_MEMBERS,
  type Channel,
  type EffectiveValue,
  effectiveValues,
  numberOf,
  type Profile,
  type Surroundings,
  settingsIn,
} from '../../profiles/index.ts'
import type { CompletionInput } from './intent.rules.ts'
import type { Outlook } from './outlook.rules.ts'

/** What a change of a profile would change in what is seen of it, and of others. */

export interface MemberChange extends JsonObject {
  member: string
  from: JsonValue
  to: JsonValue
}

export interface EffectiveChange extends MemberChange {
  profile_id: string
  origin: EffectiveValue['origin']
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The members that differ between two answers, of the profile's own settings alone. */
export function memberChanges(before: JsonObject, after: JsonObject): MemberChange[] {
  const from = settingsIn(before)
  const to = settingsIn(after)
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((member) => {
    const change = { member, from: from.get(member) ?? null, to: to.get(member) ?? null }
    return isSame(change.from, change.to) ? [] : [change]
  })
}

/** A profile with what surrounds it, and how an answer shows it. */
export interface Seen {
  profile: Profile
  view: JsonObject
  around: Surroundings
}

/** The values in effect that differ, of the profile itself. */
export function effectiveChanges(before: Seen, after: Seen): EffectiveChange[] {
  const valuesOf = ({ profile, view, around }: Seen) =>
    new Map(effectiveValues(profile, view, around).map((each) => [each.member, each]))
  const from = valuesOf(before)
  const to = valuesOf(after)
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((member) => {
    const change = {
      profile_id: after.profile.id,
      member,
      from: from.get(member)?.value ?? null,
      to: to.get(member)?.value ?? null,
      origin: to.get(member)?.origin ?? 'default',
    }
    return isSame(change.from, change.to) ? [] : [change]
  })
}

/** The number that messages of the profile come from, its own or another's. */
function numberInEffect(channel: Channel, { profile, around }: Seen): string | null {
  const { reference, number } = CHANNEL_MEMBERS[channel]
  const other = profile[reference]
  return other === null ? profile[number] : numberOf(channel, other, around.reached)
}

const CHANNELS: readonly Channel[] = ['sms', 'whatsapp']

/** The channels whose number in effect changes, so that whoever uses it feels the change. */
export function changedChannels(before: Seen, after: Seen): Channel[] {
  return CHANNELS.filter((channel) => numberInEffect(channel, before) !== numberInEffect(channel, after))
}

/** The same change of a number, as those feel it who use it. */
export function changesOfBorrowers(
  before: Seen,
  after: Seen,
  byChannel: readonly (readonly [Channel, readonly string[]])[],
): EffectiveChange[] {
  return byChannel.flatMap(([channel, ids]) => {
    const change = { from: numberInEffect(channel, before), to: numberInEffect(channel, after) }
    const member = CHANNEL_MEMBERS[channel].number
    return ids.map((id) => ({ profile_id: id, member, ...change, origin: 'profile' as const }))
  })
}

/** What is locked already, and what a completion would lock. */
export function locksOf(profile: Profile, { campaigns }: Pick<CompletionInput, 'campaigns'>, outlook: Outlook) {
  const brand = brandInEffect(profile)?.brand ?? null
  const locked = [
    ...(brand !== null && brand.lock !== null ? [{ what: 'brand', id: brand.id }] : []),
    ...campaigns.filter(({ lock }) => lock !== null).map(({ id }) => ({ what: 'campaign', id })),
  ]
  return [
    ...locked.map((each) => ({ ...each, when: 'now' })),
    ...outlook.locks.map((each) => ({ ...each, when: 'completion' })),
  ]
}
