import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { notAsked, type Outcome } from '../../ports/outcome.ts'
import type { Guard } from './guard.ts'
import { guardedBrandRegistry, guardedCarrier, guardedMail, guardedPayments, guardedWhatsapp } from './guarded-ports.ts'

/** A port that knows every member, and fails where one is called in spite of the guard. */
function forbiddenPort<P extends object>(): P {
  return new Proxy({} as P, {
    get: (_port, member) => (member === 'fees' ? () => 'free' : () => assert.fail(`${String(member)} is not guarded`)),
  })
}

function closedGuard(): Guard & { runs: number } {
  const guard = {
    runs: 0,
    run: async (): Promise<Outcome<never>> => {
      guard.runs += 1
      return notAsked(1)
    },
  }
  return guard
}

const PORTS: [port: string, calls: number, wrap: (guard: Guard) => object][] = [
  ['payments', 2, (guard) => guardedPayments(forbiddenPort(), guard)],
  ['whatsapp', 3, (guard) => guardedWhatsapp(forbiddenPort(), guard)],
  ['template review', 2, (guard) => guardedWhatsapp(forbiddenPort(), guard).templates ?? {}],
  ['brand registry', 16, (guard) => guardedBrandRegistry(forbiddenPort(), guard)],
  ['carrier', 6, (guard) => guardedCarrier(forbiddenPort(), guard)],
  ['mail', 1, (guard) => guardedMail(forbiddenPort(), guard)],
]

/** Members that say what a port is, or are a port of their own, and ask nobody. */
const DESCRIPTIONS = ['templates', 'name', 'isSimulated', 'hasVetting', 'takesMocks', 'changeableInCampaign', 'fees']

describe('guarded ports', () => {
  for (const [port, calls, wrap] of PORTS) {
    it(`ask nobody without the guard: ${port}`, async () => {
      const guard = closedGuard()
      const guarded = wrap(guard) as Record<string, (request: object) => Promise<unknown>>
      const asking = Object.keys(guarded).filter((member) => !DESCRIPTIONS.includes(member))
      for (const member of asking) assert.deepEqual(await guarded[member]?.({}), notAsked(1), member)
      assert.deepEqual([asking.length, guard.runs], [calls, calls])
    })
  }
})
