import { isJsonObject, type JsonObject, type JsonValue } from '../contract/fields/json-value.ts'

/** What is submitted together: a brand, its campaigns and what of the profile matters, spelled as requests spell it. */
export interface LintPacket {
  brand: JsonObject | null
  campaigns: JsonObject[]
  profile: JsonObject
  /** Rules of severity block whose words stand innocently in this packet (C18, C19). */
  acknowledged: readonly string[]
}

/** Member -> sentences, as the API names problems. */
export type PacketProblems = Record<string, string[]>

const BRAND_SECTIONS = ['contact', 'business', 'compliance'] as const

const CAMPAIGN_TEXTS = [
  'name',
  'description',
  'type',
  'messageFlow',
  'privacyPolicyLink',
  'termsAndConditionsLink',
  'optinMessage',
  'optoutMessage',
  'helpMessage',
  'optinKeywords',
  'optoutKeywords',
  'helpKeywords',
] as const
const CAMPAIGN_FLAGS = [
  'numberPool',
  'ageGated',
  'directLending',
  'affiliateMarketing',
  'embeddedLink',
  'embeddedPhone',
] as const
const PROFILE_TEXTS = ['name', 'short_name', 'description', 'sending_phone_number'] as const
const PROFILE_FLAGS = ['inherit_tcr_brand', 'inherit_tcr_campaign'] as const

/** How many campaigns of one packet are looked at; a registry takes no more of one brand. */
const CAMPAIGNS_MAX = 100

/** Notes what is wrong with the shape of a value; the values themselves are for the rules. */
class Shape {
  readonly problems: PacketProblems = {}

  private say(path: string, what: string): void {
    this.problems[path] = [`${path} must be ${what}`]
  }

  object(value: JsonValue | undefined, path: string): JsonObject {
    if (value === undefined || value === null) return {}
    if (isJsonObject(value)) return value
    this.say(path, 'an object')
    return {}
  }

  list(value: JsonValue | undefined, path: string): JsonValue[] {
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value
    this.say(path, 'a list')
    return []
  }

  members(of: JsonObject, path: string, names: readonly string[], type: 'string' | 'boolean'): void {
    for (const name of names) {
      const value = of[name]
      if (value === undefined || value === null) continue
      const at = path === '' ? name : `${path}.${name}`
      const what = type === 'string' ? 'text, in quotation marks' : 'true or false'
      if (typeof value !== type) this.say(at, what)
    }
  }
}

function checkBrand(value: JsonValue | undefined, shape: Shape): void {
  const brand = shape.object(value, 'brand')
  for (const section of BRAND_SECTIONS) {
    const members = shape.object(brand[section], `brand.${section}`)
    const flags = section === 'compliance' ? ['isTcrApplication'] : []
    const lists = section === 'compliance' ? ['destinationCountries'] : []
    const texts = Object.keys(members).filter((name) => !flags.includes(name) && !lists.includes(name))
    shape.members(members, `brand.${section}`, texts, 'string')
    shape.members(members, `brand.${section}`, flags, 'boolean')
    for (const name of lists) {
      shape.list(members[name], `brand.${section}.${name}`).forEach((entry, index) => {
        const path = `brand.${section}.${name}[${index}]`
        shape.members(shape.object(entry, path), path, ['id'], 'string')
      })
    }
  }
}

function checkCampaign(value: JsonValue, path: string, shape: Shape): void {
  // Left out of the list it would move the others' places.
  if (value === null) shape.problems[path] = [`${path} must be an object`]
  const campaign = shape.object(value, path)
  shape.members(campaign, path, CAMPAIGN_TEXTS, 'string')
  shape.members(campaign, path, CAMPAIGN_FLAGS, 'boolean')
  shape.list(campaign.useCases, `${path}.useCases`).forEach((entry, index) => {
    const at = `${path}.useCases[${index}]`
    const useCase = shape.object(entry, at)
    shape.members(useCase, at, ['messagingUseCaseUs'], 'string')
    shape.list(useCase.sampleMessages, `${at}.sampleMessages`).forEach((sample, place) => {
      if (typeof sample !== 'string')
        shape.problems[`${at}.sampleMessages[${place}]`] = [`${at}.sampleMessages[${place}] must be text`]
    })
  })
}

/**
 * Reads a packet. Only its shape is judged here: a text that the API would refuse is what the rules are about.
 *
 * @returns the packet, or what keeps it from being read: a member of another type, or neither a brand nor campaigns.
 */
export function readPacket(value: JsonValue): { packet: LintPacket } | { problems: PacketProblems } {
  if (!isJsonObject(value)) return { problems: { packet: ['packet must be an object'] } }
  const shape = new Shape()
  const brand = value.brand ?? null
  checkBrand(value.brand, shape)
  const campaigns = shape.list(value.campaigns, 'campaigns')
  campaigns.forEach((campaign, index) => {
    checkCampaign(campaign, `campaigns[${index}]`, shape)
  })
  if (campaigns.length > CAMPAIGNS_MAX)
    shape.problems.campaigns = [`campaigns must have at most ${CAMPAIGNS_MAX} entries`]
  const profile = shape.object(value.profile, 'profile')
  shape.members(profile, 'profile', PROFILE_TEXTS, 'string')
  shape.members(profile, 'profile', PROFILE_FLAGS, 'boolean')
  const acknowledged = shape.list(value.acknowledged, 'acknowledged').filter((id) => typeof id === 'string')
  if (brand === null && campaigns.length === 0) shape.problems.packet ??= ['packet must have a brand or campaigns']
  if (Object.keys(shape.problems).length > 0) return { problems: shape.problems }
  return {
    packet: {
      brand: isJsonObject(brand) ? brand : null,
      campaigns: campaigns.filter(isJsonObject),
      profile,
      acknowledged,
    },
  }
}
