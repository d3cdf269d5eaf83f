import { createHash, createHmac, randomBytes } from 'node:crypto'
import cardValidator from 'card-validator'
import { isLuhnValid } from '../../contract/cards/luhn.ts'
import type { ConsumedCard } from '../../contract/cards/secret-card.ts'
import { CARD_REASONS } from '../../ports/card-reasons.ts'
import { done, type Outcome, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import type { Payer, PaymentMethod, Payments } from '../../ports/payments.ts'
import { type CardBehaviour, MAGIC_CARDS } from './magic-values/cards.ts'
import { type Sleep, sleepUntilAborted } from './sleep.ts'

/** One call as a test may look at it: ids and the outcome, never anything of the card. */
export interface SimulatedCall {
  operation: 'attachCard' | 'detachCard'
  onceKey: string
  profileId: string | null
  outcome: Outcome<unknown>['kind']
}

export interface SimulatedPaymentsOptions {
  sleep?: Sleep
  slowMs?: number
  timeoutMs?: number
  /** How many once-keys are remembered; beyond it the least recently used is forgotten. */
  onceKeysMax?: number
}

export interface SimulatedPayments extends Payments {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedCall[]
}

interface Remembered {
  fingerprint: string
  outcome: Outcome<PaymentMethod>
}

const CALLS_MAX = 1000

/**
 * A payment processor that is none: documented magic cards (`docs/PROVIDERS.md`) drive it, any other card with a right
 * check digit is accepted, and the expiry date is not compared with today, so that examples do not age.
 * It keeps no card: to tell one card from another under a once-key it keeps an HMAC under a key that dies with the process.
 */
export function simulatedPayments(options: SimulatedPaymentsOptions = {}): SimulatedPayments {
  const { sleep = sleepUntilAborted, slowMs = 3_000, timeoutMs = 10_000, onceKeysMax = 10_000 } = options
  const fingerprintOf = cardFingerprints()
  const remembered = new Map<string, Remembered>()
  const calls: SimulatedCall[] = []

  function note(call: SimulatedCall): void {
    calls.push(call)
    if (calls.length > CALLS_MAX) calls.shift()
  }

  function recall(onceKey: string, fingerprint: string): Outcome<PaymentMethod> | null {
    const earlier = remembered.get(onceKey)
    if (earlier === undefined) return null
    remembered.delete(onceKey)
    remembered.set(onceKey, earlier)
    return earlier.fingerprint === fingerprint ? earlier.outcome : { kind: 'mismatch' }
  }

  function remember(onceKey: string, entry: Remembered): void {
    remembered.set(onceKey, entry)
    if (remembered.size <= onceKeysMax) return
    for (const oldest of remembered.keys()) {
      remembered.delete(oldest)
      break
    }
  }

  async function attach(onceKey: string, payer: Payer, card: ConsumedCard, signal?: AbortSignal) {
    const fingerprint = fingerprintOf(card)
    const earlier = recall(onceKey, fingerprint)
    if (earlier !== null) return earlier
    const behaviour = behaviourOf(card.cardNumber)
    if (behaviour.does === 'outage') return unavailable('service')
    const outcome =
      behaviour.does === 'refuse' ? refused(CARD_REASONS[behaviour.reason]) : done(methodFor(onceKey, payer, card))
    remember(onceKey, { fingerprint, outcome })
    if (behaviour.does === 'slow') await sleep(slowMs, signal)
    if (behaviour.does === 'timeout') await sleep(timeoutMs, signal)
    return behaviour.does === 'timeout' || signal?.aborted ? unanswered('service') : outcome
  }

  return {
    name: 'simulator',
    isSimulated: true,
    calls,
    async attachCard({ onceKey, payer, card, signal }) {
      const outcome = await attach(onceKey, payer, card.consume(), signal)
      note({ operation: 'attachCard', onceKey, profileId: payer.profileId, outcome: outcome.kind })
      return outcome
    },
    async detachCard({ onceKey }) {
      note({ operation: 'detachCard', onceKey, profileId: null, outcome: 'done' })
      return done(null)
    },
  }
}

function behaviourOf(cardNumber: string): CardBehaviour {
  const magic = MAGIC_CARDS.find((card) => card.number === cardNumber)
  if (magic !== undefined) return magic.behaviour
  return isLuhnValid(cardNumber) ? { does: 'accept' } : { does: 'refuse', reason: 'number' }
}

/** References follow from ids alone, so that a once-key means the same method after a restart too. */
function methodFor(onceKey: string, payer: Payer, card: ConsumedCard): PaymentMethod {
  return {
    processor: 'simulator',
    customer: payer.customer ?? `cus_simulated_${digestOf(payer.organizationId, payer.profileId)}`,
    reference: `pm_simulated_${digestOf(onceKey)}`,
    cardBrand: brandOf(card.cardNumber),
    lastFour: card.cardNumber.slice(-4),
  }
}

function digestOf(...ids: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 24)
}

/** The brand in Stripe's names, so that both adapters show the same. */
function brandOf(cardNumber: string): string {
  const type = cardValidator.number(cardNumber).card?.type ?? 'unknown'
  const renamed: Record<string, string> = { 'american-express': 'amex', 'diners-club': 'diners' }
  return renamed[type] ?? type
}

function cardFingerprints(): (card: ConsumedCard) => string {
  const key = randomBytes(32)
  return (card) => {
    const parts = [card.cardNumber, card.expMonth, card.expYear, card.cvc, card.zipCode]
    return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64')
  }
}
