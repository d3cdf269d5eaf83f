import type { SimulatorClock } from '../../../src/adapters/simulator/clock.ts'

/** A clock that stands still until it is moved; what is due by then runs in order. */
export interface ManualClock extends SimulatorClock {
  advance(milliseconds: number): void
}

export function manualClock(start = Date.UTC(2026, 2, 25)): ManualClock {
  let now = start
  let waiting: { at: number; work: () => void }[] = []
  return {
    now: () => now,
    after: (milliseconds, work) => void waiting.push({ at: now + milliseconds, work }),
    advance(milliseconds) {
      now += milliseconds
      const due = waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(({ at }) => at > now)
      for (const { work } of due) work()
    },
  }
}
