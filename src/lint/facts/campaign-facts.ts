import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { readKeywords } from '../../contract/text/keywords.ts'
import { type Link, linksIn, withoutLinks } from '../text/links.ts'
import { type BrandNames, foldText, isNamed } from '../text/names.ts'
import { sentencesOf } from '../text/sentences.ts'
import type { BrandFacts } from './brand-facts.ts'

/** Longer texts are judged by their beginning: no registry takes half of it. */
const JUDGED_MAX = 6_000

/** A text of a campaign, taken apart once. */
export class CampaignText {
  readonly raw: string
  /** RFC 6901 pointer. */
  readonly pointer: string
  readonly #names: BrandNames
  #links: Link[] | null = null
  #words: string | null = null
  #said: string[] | null = null
  #isNamed: boolean | null = null

  constructor(raw: string, pointer: string, names: BrandNames) {
    this.raw = raw.length > JUDGED_MAX ? raw.slice(0, JUDGED_MAX) : raw
    this.pointer = pointer
    this.#names = names
  }

  get links(): readonly Link[] {
    this.#links ??= linksIn(this.raw)
    return this.#links
  }

  /** Without links and e-mail addresses. */
  get words(): string {
    this.#words ??= withoutLinks(this.raw, this.links)
    return this.#words
  }

  get sentences(): readonly string[] {
    this.#said ??= sentencesOf(this.words)
    return this.#said
  }

  get namesBrand(): boolean {
    this.#isNamed ??= isNamed(foldText(this.words), this.#names)
    return this.#isNamed
  }
}

export interface UseCaseFacts {
  kind: string
  pointer: string
  samples: CampaignText[]
}

const KEYWORD_LISTS = ['optinKeywords', 'optoutKeywords', 'helpKeywords'] as const
export type KeywordList = (typeof KEYWORD_LISTS)[number]

/** What the rules ask of one campaign, each answered once. */
export class CampaignFacts {
  readonly brand: BrandFacts
  readonly index: number
  readonly pointer: string
  readonly members: JsonObject
  readonly useCases: readonly UseCaseFacts[]
  readonly kinds: ReadonlySet<string>
  readonly samples: readonly CampaignText[]
  readonly #texts = new Map<string, CampaignText | null>()
  readonly #claims = new Map<CampaignText, readonly string[]>()
  #own: RegExp | null | undefined

  constructor(brand: BrandFacts, index: number) {
    this.brand = brand
    this.index = index
    this.pointer = `/campaigns/${index}`
    this.members = brand.packet.campaigns[index] ?? {}
    const list = Array.isArray(this.members.useCases) ? this.members.useCases : []
    this.useCases = list.map((entry, place): UseCaseFacts => {
      const useCase = isJsonObject(entry) ? entry : {}
      const pointer = `${this.pointer}/useCases/${place}`
      const samples = Array.isArray(useCase.sampleMessages) ? useCase.sampleMessages : []
      return {
        kind: String(useCase.messagingUseCaseUs ?? ''),
        pointer,
        samples: samples.map(
          (text, at) => new CampaignText(String(text), `${pointer}/sampleMessages/${at}`, brand.names),
        ),
      }
    })
    this.kinds = new Set(this.useCases.map(({ kind }) => kind))
    this.samples = this.useCases.flatMap(({ samples }) => samples)
  }

  at(member: string): string {
    return `${this.pointer}/${member}`
  }

  /** A text member that shows something; null where there is none. */
  text(member: string): CampaignText | null {
    const known = this.#texts.get(member)
    if (known !== undefined) return known
    const value = this.members[member]
    const text =
      typeof value === 'string' && value.trim() !== ''
        ? new CampaignText(value, this.at(member), this.brand.names)
        : null
    this.#texts.set(member, text)
    return text
  }

  get description(): CampaignText | null {
    return this.text('description')
  }

  get flow(): CampaignText | null {
    return this.text('messageFlow')
  }

  /** Description, flow, samples and replies: everything that a reviewer reads. */
  get allTexts(): CampaignText[] {
    const members = ['description', 'messageFlow', 'optinMessage', 'optoutMessage', 'helpMessage'] as const
    const texts = members.map((member) => this.text(member)).filter((text) => text !== null)
    return [...texts, ...this.samples]
  }

  flag(member: string): boolean | null {
    const value = this.members[member]
    return typeof value === 'boolean' ? value : null
  }

  keywords(list: KeywordList): string[] {
    const value = this.members[list]
    return typeof value === 'string' ? readKeywords(value) : []
  }

  hasAny(...kinds: readonly string[]): boolean {
    return kinds.some((kind) => this.kinds.has(kind))
  }

  /** The sentences of a text without the words of the brand's own names: they are no claim. */
  claims(text: CampaignText): readonly string[] {
    const known = this.#claims.get(text)
    if (known !== undefined) return known
    const own = this.#ownNames()
    const claims = own === null ? text.sentences : text.sentences.map((sentence) => sentence.replace(own, ' '))
    this.#claims.set(text, claims)
    return claims
  }

  #ownNames(): RegExp | null {
    if (this.#own !== undefined) return this.#own
    const { brand } = this
    const names = [
      brand.text('contact', 'businessName'),
      brand.text('business', 'legalName'),
      brand.packet.profile.name,
    ]
    const escaped = names
      .filter((name) => typeof name === 'string' && name.trim().length > 2)
      .flatMap((name) => formsOf(String(name)))
      .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))
    this.#own = escaped.length === 0 ? null : new RegExp(escaped.join('|'), 'gi')
    return this.#own
  }
}

/** A name as it stands, and without a legal form at its end. */
function formsOf(name: string): string[] {
  const trimmed = name.trim()
  const short = trimmed.replace(/,?\s+(?:inc|llc|llp|ltd|corp|corporation|company|co|pllc|limited)\.?$/i, '')
  return short === trimmed || short.length < 3 ? [trimmed] : [trimmed, short]
}
