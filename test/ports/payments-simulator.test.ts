import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { MAGIC_CARDS } from '../../src/adapters/simulator/magic-values/cards.ts'
import { simulatedPayments } from '../../src/adapters/simulator/payments.ts'
import { isLuhnValid } from '../../src/contract/cards/luhn.ts'
import { packageRoot } from '../../src/package-root.ts'
import { card, cardPartsIn, payer, paymentsSuite } from './payments.suite.ts'

paymentsSuite('simulator', async () => ({
  payments: simulatedPayments({ slowMs: 60, timeoutMs: 10 }),
  lines: [],
  close: async () => {},
}))

describe('payments simulator', () => {
  it('has distinct magic cards that pass the check digit, all of them documented', async () => {
    const numbers = MAGIC_CARDS.map((magic) => magic.number)
    assert.equal(new Set(numbers).size, numbers.length)
    assert.deepEqual(
      numbers.filter((number) => !isLuhnValid(number)),
      [],
    )
    const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
    for (const { number, says } of MAGIC_CARDS) assert.ok(page.includes(`| \`${number}\` | ${says} |`), number)
  })

  it('waits as long as it says', async () => {
    const waits: number[] = []
    const payments = simulatedPayments({ sleep: async (milliseconds) => void waits.push(milliseconds) })
    await payments.attachCard({ onceKey: 'a', payer: payer(), card: card('4000000000003006') })
    await payments.attachCard({ onceKey: 'b', payer: payer(), card: card('4000000000005043') })
    assert.deepEqual(waits, [3_000, 10_000])
  })

  it('forgets the once-keys that were used least recently, beyond its bound', async () => {
    const payments = simulatedPayments({ onceKeysMax: 2 })
    const attach = async (onceKey: string, number?: string) =>
      (await payments.attachCard({ onceKey, payer: payer(), card: card(number) })).kind
    await attach('a')
    await attach('b')
    await attach('a')
    await attach('c')
    assert.equal(await attach('a', '5555555555554444'), 'mismatch')
    assert.equal(await attach('b', '5555555555554444'), 'done')
  })

  it('notes ids and outcomes and nothing of the card', async () => {
    const payments = simulatedPayments()
    const profile = payer()
    const request = { onceKey: 'once', payer: profile }
    await payments.attachCard({ ...request, card: card() })
    await payments.attachCard({ ...request, card: card('5555555555554444') })
    await payments.detachCard({ onceKey: 'away', reference: 'pm_x' })
    const { profileId } = profile
    assert.deepEqual(payments.calls, [
      { operation: 'attachCard', onceKey: 'once', profileId, outcome: 'done' },
      { operation: 'attachCard', onceKey: 'once', profileId, outcome: 'mismatch' },
      { operation: 'detachCard', onceKey: 'away', profileId: null, outcome: 'done' },
    ])
    const shown = inspect(payments, { depth: null, showHidden: true })
    assert.deepEqual(cardPartsIn(shown, '4242424242424242'), [])
  })
})
