import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { taxIdCountry } from '../../contract/registry/tax-id.ts'
import { messagesPerDay } from '../../contract/registry/volume.ts'
import { siteLabel, siteOf } from '../../contract/text/site.ts'
import type { LintPacket } from '../packet.ts'
import { type BrandNames, brandNames } from '../text/names.ts'

export type Section = 'contact' | 'business' | 'compliance'

/** What the rules ask of a brand, each answered once. */
export class BrandFacts {
  readonly packet: LintPacket
  /** Whether the packet holds a brand at all. */
  readonly isThere: boolean
  /** The country that issued the tax number; null where nothing says so. */
  readonly taxCountry: string | null
  readonly isUs: boolean
  readonly entityType: string | null
  /** The host of the web site and the name that its owner registered. */
  readonly host: string | null
  readonly site: string | null
  readonly names: BrandNames
  readonly perDay: number | null
  readonly #sections: Record<Section, JsonObject>

  constructor(packet: LintPacket) {
    this.packet = packet
    this.isThere = packet.brand !== null
    const section = (name: Section) => {
      const members = packet.brand?.[name]
      return isJsonObject(members) ? members : {}
    }
    this.#sections = { contact: section('contact'), business: section('business'), compliance: section('compliance') }
    const country = this.text('business', 'country')
    const registration = this.text('business', 'countryOfRegistration')
    this.taxCountry = taxIdCountry(this.text('business', 'taxIdType'), this.text('business', 'taxId'), {
      registration,
      address: country,
    })
    // As a registration takes it: the country of registration stands in for that of the address.
    this.isUs = (country ?? registration) === 'US'
    this.entityType = this.text('business', 'entityType')
    this.host = hostOf(this.text('business', 'url'))
    this.site = this.host === null ? null : siteOf(this.host)
    const names = [
      this.text('contact', 'businessName'),
      this.text('business', 'legalName'),
      typeof packet.profile.name === 'string' ? packet.profile.name : null,
    ]
    this.names = brandNames(
      names.filter((name) => name !== null),
      this.host === null ? null : siteLabel(this.host),
    )
    this.perDay = messagesPerDay(this.text('compliance', 'expectedMessagingVolume'))
  }

  /** A text of the brand that shows something; null where there is none. */
  text(section: Section, member: string): string | null {
    const value = this.#sections[section][member]
    return typeof value === 'string' && value.trim() !== '' ? value : null
  }

  flag(section: Section, member: string): boolean | null {
    const value = this.#sections[section][member]
    return typeof value === 'boolean' ? value : null
  }

  members(section: Section): JsonObject {
    return this.#sections[section]
  }

  /** ISO codes of the countries that are messaged. */
  get destinations(): string[] {
    const list = this.#sections.compliance.destinationCountries
    return (Array.isArray(list) ? list : []).flatMap((entry) =>
      isJsonObject(entry) && typeof entry.id === 'string' ? [entry.id] : [],
    )
  }
}

function hostOf(url: string | null): string | null {
  if (url === null) return null
  const [, host] = /^\s*(?:https?:\/\/)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:\s]+)/i.exec(url) ?? []
  return host === undefined || !/[.:]|^localhost$/i.test(host) ? null : host.toLowerCase()
}

/** The site of an e-mail address; null where it has none. */
export function siteOfEmail(address: string | null): string | null {
  const domain = address === null ? undefined : /@([^@\s]+)$/.exec(address)?.[1]
  return domain === undefined ? null : siteOf(domain)
}
