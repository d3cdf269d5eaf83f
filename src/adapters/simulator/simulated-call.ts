import { createHash } from 'node:crypto'
import { type Outcome, unanswered } from '../../ports/outcome.ts'
import type { EventSubject, ProviderEvent } from '../../ports/provider-event.ts'
import { type SimulatorClock, wallClock } from './clock.ts'
import { type Sleep, sleepUntilAborted } from './sleep.ts'

/** What the simulated registry and the simulated carrier have in common. */
export interface SimulatorOptions {
  /** File of the memory that outlives the process; null: none. */
  file?: string | null
  clock?: SimulatorClock
  /** How long a score, a review or an assignment takes; default 2 s. */
  delayMs?: number
  sleep?: Sleep
  slowMs?: number
  timeoutMs?: number
  /** Takes the events that a real provider would send to the callback address. */
  onEvents?: (events: readonly ProviderEvent[]) => void
}

/** One call as a test may look at it: ids and the outcome. */
export interface SimulatedStep {
  operation: string
  /** Our reference, the provider's id or the phone number that the call was about. */
  subject: string
  outcome: Outcome<unknown>['kind']
}

export interface Stage {
  readonly clock: SimulatorClock
  readonly delayMs: number
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedStep[]
  note<T>(operation: string, subject: string, work: () => Promise<Outcome<T>>): Promise<Outcome<T>>
  /** The answer after the time of a slow provider; a `timeout` if the caller gave up meanwhile. */
  slowly<T>(outcome: Outcome<T>, signal?: AbortSignal): Promise<Outcome<T>>
  /** Waits until the caller gives up. */
  never(signal?: AbortSignal): Promise<Outcome<never>>
  /** True the first time that it is asked about the subject. */
  isFirst(subject: string): boolean
  /** Sends an event after `milliseconds`, at once for 0; the same id each time that it is sent. */
  tell(event: { type: string; about: EventSubject }, milliseconds: number, times?: number): void
}

const CALLS_MAX = 1000

export function openStage(options: SimulatorOptions): Stage {
  const { clock = wallClock, delayMs = 2_000, sleep = sleepUntilAborted, slowMs = 3_000, timeoutMs = 10_000 } = options
  const calls: SimulatedStep[] = []
  const met = new Set<string>()
  return {
    clock,
    delayMs,
    calls,
    async note(operation, subject, work) {
      const outcome = await work()
      calls.push({ operation, subject, outcome: outcome.kind })
      if (calls.length > CALLS_MAX) calls.shift()
      return outcome
    },
    async slowly(outcome, signal) {
      await sleep(slowMs, signal)
      return signal?.aborted ? unanswered('service') : outcome
    },
    async never(signal) {
      await sleep(timeoutMs, signal)
      return unanswered('service')
    },
    isFirst(subject) {
      if (met.has(subject)) return false
      if (met.size >= CALLS_MAX) met.clear()
      met.add(subject)
      return true
    },
    tell({ type, about }, milliseconds, times = 1) {
      const { onEvents } = options
      if (onEvents === undefined) return
      const event = { id: `sim_${digestOf(type, JSON.stringify(about), String(clock.now()))}`, about, type }
      const send = () => {
        for (let time = 0; time < times; time += 1) onEvents([event])
      }
      if (milliseconds === 0) send()
      else clock.after(milliseconds, send)
    },
  }
}

export function digestOf(...ids: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 24)
}

/** An id in the registry's form (a letter, then six of 0-9 A-Z) that follows from ours, so that it is the same after a restart. */
export function registryId(letter: 'B' | 'C', reference: string, isTaken: (id: string) => boolean): string {
  for (let round = 0; ; round += 1) {
    const number = Number.parseInt(digestOf(letter, reference, String(round)).slice(0, 12), 16) % 36 ** 6
    const id = letter + number.toString(36).toUpperCase().padStart(6, '0')
    if (!isTaken(id)) return id
  }
}
