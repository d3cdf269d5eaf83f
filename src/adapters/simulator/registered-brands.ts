import type { BrandForRegistry, RegisteredBrand, RegistryFeedback, Vetting } from '../../ports/brand-registry.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import { missingMembers } from '../../ports/registry-reasons.ts'
import { CSP_ID } from './csp.ts'
import { type BrandBehaviour, MAGIC_BRANDS, MAIL_REASON, magicBrand, REVET_REASON } from './magic-values/brands.ts'
import { openMemory, type SimulatorMemory } from './memory.ts'
import { registryId, type Stage } from './simulated-call.ts'

/** Ids, times and the ending of a magic tax id; nothing else of a brand. */
interface BrandRecord {
  reference: string
  tcrBrandId: string
  isSoleProprietor: boolean
  /** What the score follows, and what it will follow after the next revet. */
  magic: string | null
  corrected: string | null
  scoredAt: number
  vettedAt: number | null
  /** A listed company: it is asked by mail. Absent in what was written by an older version. */
  isListed?: boolean
  /** When the mail was sent again. */
  mailedAt?: number | null
}

const FORGOTTEN = {
  reference: '',
  isSoleProprietor: false,
  magic: null,
  corrected: null,
  scoredAt: 0,
  vettedAt: null,
} as const
const SCORE = 80
/** A registry checks a brand once after its registration, and then every three months. */
const REVET_WAIT_MS = 91 * 24 * 3_600_000

/** The brand half of the simulated registry. */
export class SimulatedBrands {
  readonly #stage: Stage
  readonly #memory: SimulatorMemory<BrandRecord>
  /** The registry's form of the tax id is KYC: it is kept in the process only. */
  readonly #universalEins = openMemory<string>(null)

  constructor(stage: Stage, file: string | null) {
    this.#stage = stage
    this.#memory = openMemory(file === null ? null : `${file}-brands.json`)
  }

  async submit(brand: BrandForRegistry, signal?: AbortSignal): Promise<Outcome<RegisteredBrand>> {
    if (this.find(brand.reference) !== null) return { kind: 'mismatch' }
    const behaviour = behaviourOf(magicBrand(brand.taxId)?.ending ?? null)
    if (behaviour.does === 'outage') return unavailable('service')
    const missing = missingMembers(brand)
    if (missing.length > 0) return refused(...missing)
    if (behaviour.does === 'busyOnce' && this.#stage.isFirst(brand.reference)) return unavailable('subject', 30)
    if (behaviour.does === 'loseRequest' && this.#stage.isFirst(brand.reference)) return this.#stage.never(signal)
    if (behaviour.does === 'duplicate') return { kind: 'mismatch' }
    if (behaviour.does === 'refuse') return refused({ member: 'brand.business.taxId', says: behaviour.says })
    const registered = done(this.#register(brand))
    if (behaviour.does === 'loseAnswer') return this.#stage.never(signal)
    return behaviour.does === 'slow' ? this.#stage.slowly(registered, signal) : registered
  }

  update(tcrBrandId: string, brand: BrandForRegistry): Outcome<RegisteredBrand> {
    const missing = missingMembers(brand)
    if (missing.length > 0) return refused(...missing)
    const record = this.#byId(tcrBrandId) ?? { ...FORGOTTEN, tcrBrandId, reference: brand.reference }
    const isListed = brand.entityType === 'PUBLIC_PROFIT'
    // Its mail goes to the address of now.
    const magic = { corrected: magicBrand(brand.taxId)?.ending ?? null, isListed, mailedAt: this.#stage.clock.now() }
    return done(this.#keep({ ...record, ...magic }, brand))
  }

  revet(tcrBrandId: string): Outcome<RegisteredBrand> {
    const record = this.#byId(tcrBrandId)
    if (record === null) return done(this.read(tcrBrandId))
    const { clock, delayMs } = this.#stage
    const behaviour = behaviourOf(record.magic)
    const isFinal = behaviour.does === 'doubt' && behaviour.isFinal === true
    if (isFinal && this.#isBefore(record.scoredAt + REVET_WAIT_MS))
      return refused({ member: 'brand', says: REVET_REASON })
    const revetted = { ...record, magic: record.corrected, scoredAt: clock.now() + delayMs }
    const registered = this.#keep(revetted, null)
    this.#tellScore(revetted, delayMs)
    return done(registered)
  }

  /** The one use case that the brand may have campaigns of; null where it may have any. */
  onlyUseCase(tcrBrandId: string): string | null {
    const behaviour = behaviourOf(this.#byId(tcrBrandId)?.magic ?? null)
    return behaviour.does === 'qualifyFor' ? behaviour.usecase : null
  }

  /** Whether a listed company has answered its mail; null for any other. */
  authentication(tcrBrandId: string): Vetting | null {
    const record = this.#byId(tcrBrandId)
    if (record?.isListed !== true || this.#isBefore(record.scoredAt)) return null
    const { does } = behaviourOf(record.magic)
    const mailedAt = record.mailedAt ?? null
    const isLeft = does === 'leaveMail' && mailedAt === null
    if (isLeft || this.#isBefore((mailedAt ?? record.scoredAt) + this.#stage.delayMs))
      return { status: 'pending', score: null, reasons: [] }
    const hasFailed = does === 'failMail' && mailedAt === null
    return hasFailed
      ? { status: 'failed', score: null, reasons: [MAIL_REASON] }
      : { status: 'active', score: null, reasons: [] }
  }

  resendMail(tcrBrandId: string): Outcome<null> {
    const record = this.#byId(tcrBrandId)
    if (record === null) return done(null)
    const { clock, delayMs } = this.#stage
    this.#keep({ ...record, mailedAt: clock.now() }, null)
    this.#stage.tell({ type: 'BRAND_AUTHPLUS_UPDATE', about: aboutOf(record) }, delayMs)
    return done(null)
  }

  find(reference: string): RegisteredBrand | null {
    const record = this.#memory.get(reference.toLowerCase())
    return record === null ? null : this.#view(record)
  }

  read(tcrBrandId: string): RegisteredBrand {
    return this.#view(this.#byId(tcrBrandId) ?? { ...FORGOTTEN, tcrBrandId })
  }

  feedback(tcrBrandId: string): RegistryFeedback[] {
    const record = this.#byId(tcrBrandId)
    const behaviour = behaviourOf(record?.magic ?? null)
    if (record === null || behaviour.does !== 'doubt' || this.#isBefore(record.scoredAt)) return []
    return [{ category: behaviour.category, fields: [...behaviour.fields], says: behaviour.feedback }]
  }

  vet(tcrBrandId: string): Vetting {
    const record = this.#byId(tcrBrandId)
    if (record === null) return { status: 'active', score: SCORE, reasons: [] }
    const { clock, delayMs } = this.#stage
    this.#keep({ ...record, vettedAt: clock.now() + delayMs }, null)
    this.#stage.tell({ type: 'EVP_REPORT_SCORE', about: aboutOf(record) }, delayMs)
    return { status: 'pending', score: null, reasons: [] }
  }

  vetting(tcrBrandId: string): Vetting | null {
    const record = this.#byId(tcrBrandId)
    return record === null ? null : this.#vettingOf(record)
  }

  #register(brand: BrandForRegistry): RegisteredBrand {
    const magic = magicBrand(brand.taxId)?.ending ?? null
    const waitMs = behaviourOf(magic).does === 'tellFirst' ? 0 : this.#stage.delayMs
    const record: BrandRecord = {
      ...FORGOTTEN,
      tcrBrandId: registryId('B', brand.reference.toLowerCase(), (id) => this.#byId(id) !== null),
      reference: brand.reference,
      isSoleProprietor: brand.entityType === 'SOLE_PROPRIETOR',
      isListed: brand.entityType === 'PUBLIC_PROFIT',
      magic,
      corrected: magic,
      scoredAt: this.#stage.clock.now() + waitMs,
    }
    const registered = this.#keep(record, brand)
    this.#tellScore(record, waitMs)
    return registered
  }

  #keep(record: BrandRecord, brand: BrandForRegistry | null): RegisteredBrand {
    this.#memory.set(record.reference.toLowerCase(), record)
    const taxId = brand?.taxId?.replace(/[^0-9A-Za-z]/g, '')
    if (brand !== null && taxId) {
      this.#universalEins.set(record.tcrBrandId, `${brand.taxIdCountry ?? brand.country}_${taxId}`)
    }
    return this.#view(record)
  }

  #tellScore(record: BrandRecord, milliseconds: number): void {
    const { does } = behaviourOf(record.magic)
    if (does === 'neverScore') return
    const about = aboutOf(record)
    this.#stage.tell({ type: 'BRAND_SCORE_UPDATE', about }, milliseconds, does === 'tellTwice' ? 2 : 1)
    if (does === 'suspend') this.#stage.tell({ type: 'BRAND_UPDATE', about }, milliseconds + this.#stage.delayMs)
  }

  #view(record: BrandRecord): RegisteredBrand {
    const isSuspended =
      behaviourOf(record.magic).does === 'suspend' && !this.#isBefore(record.scoredAt + this.#stage.delayMs)
    return {
      tcrBrandId: record.tcrBrandId,
      reference: record.reference === '' ? null : record.reference,
      status: isSuspended ? 'SUSPENDED' : 'ACTIVE',
      identityStatus: this.#identityOf(record),
      universalEin: this.#universalEins.get(record.tcrBrandId),
      cspId: CSP_ID,
    }
  }

  #identityOf(record: BrandRecord): RegisteredBrand['identityStatus'] {
    const behaviour = behaviourOf(record.magic)
    if (behaviour.does === 'neverScore' || this.#isBefore(record.scoredAt)) return null
    if (record.isSoleProprietor) return 'SELF_DECLARED'
    if (behaviour.does === 'doubt') return 'UNVERIFIED'
    if (this.#vettingOf(record)?.status === 'active') return 'VETTED_VERIFIED'
    return behaviour.does === 'verify' ? behaviour.identity : 'VERIFIED'
  }

  #vettingOf(record: BrandRecord): Vetting | null {
    if (record.vettedAt === null) return null
    if (this.#isBefore(record.vettedAt)) return { status: 'pending', score: null, reasons: [] }
    const behaviour = behaviourOf(record.magic)
    if (behaviour.does !== 'vet') return { status: 'active', score: SCORE, reasons: [] }
    const { status, score, reason } = behaviour
    return { status, score, reasons: [reason] }
  }

  #byId(tcrBrandId: string): BrandRecord | null {
    return this.#memory.find((record) => record.tcrBrandId === tcrBrandId)
  }

  #isBefore(time: number): boolean {
    return this.#stage.clock.now() < time
  }
}

function aboutOf({ tcrBrandId, reference }: BrandRecord) {
  return { tcrBrandId, brandReference: reference }
}

function behaviourOf(ending: string | null): BrandBehaviour {
  const magic = MAGIC_BRANDS.find((each) => each.ending === ending)
  return magic?.behaviour ?? { does: 'verify', identity: 'VERIFIED' }
}
