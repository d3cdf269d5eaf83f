import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { aBillingContact } from '../kit/builders/requests.ts'
import {
  CanaryScanner,
  databaseFiles,
  dumpDatabase,
  formsOf,
  hasDatabaseFiles,
  type Place,
  randomCardNumber,
} from '../kit/canary.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import type { Reply } from '../kit/servers/client.ts'
import { ASTRAY } from './card-astray.ts'
import {
  AT_THE_PROCESSOR,
  type CanaryCard,
  canaryCard,
  type Scenario,
  ScriptedPayments,
  type Stage,
  WITH_A_CARD,
  withWrongCheckDigit,
} from './card-scenarios.ts'

/** No card is kept, logged or shown (CARD-1, CARD-2, CARD-4): random cards go every way, then everything is searched. */

async function stageOf(app: TestApp, payments: ScriptedPayments): Promise<Stage> {
  const org = await app.organization()
  const stranger = await app.organization()
  const own = await org.profile({ billing_model: 'profile', billing_contact: aBillingContact() })
  const paidFor = await org.profile({ billing_model: 'organization' })
  return { app, org, payments, own: own.id, paidFor: paidFor.id, foreign: (await stranger.profile()).id }
}

interface Played {
  scenario: Scenario
  card: CanaryCard
  replies: Reply[]
}

async function play(stage: Stage, scenarios: readonly Scenario[]): Promise<Played[]> {
  const played: Played[] = []
  for (const scenario of scenarios) {
    const card = canaryCard()
    const replies = await scenario.run(stage, card)
    assert.deepEqual(
      replies.map(({ status }) => status),
      scenario.statuses,
      `${scenario.name}: ${replies.map(({ text }) => text).join('\n')}`,
    )
    const received = stage.payments.received.filter(({ cardNumber }) => cardNumber === card.number)
    const forwarded = { cardNumber: card.number, expMonth: 12, expYear: 2031, cvc: card.cvc, zipCode: '94107' }
    assert.deepEqual(received, Array(scenario.reaches).fill(forwarded), scenario.name)
    played.push({ scenario, card, replies })
  }
  return played
}

const answersOf = (played: readonly Played[]): Place[] =>
  played.flatMap(({ scenario, replies }) =>
    replies.map(({ headers, text }) => ({
      where: `an answer to: ${scenario.name}`,
      content: `${JSON.stringify(headers)}\n${text}`,
    })),
  )

async function everywhere(app: TestApp, answers: readonly Place[]): Promise<Place[]> {
  return [
    ...(await dumpDatabase(app)),
    ...app.lines.map((content) => ({ where: 'the log', content })),
    { where: 'the metrics', content: await app.app.context.metrics.render() },
    ...answers,
  ]
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi

/** Records that name a request and hold its security code as a word of its own. */
function codesFound(places: readonly Place[], played: readonly Played[]): string[] {
  return played.flatMap(({ scenario, card, replies }) => {
    const ids = replies.map(({ headers }) => headers['x-request-id'] ?? scenario.name)
    const code = new RegExp(`(?<![0-9a-z])${card.cvc}(?![0-9a-z])`, 'i')
    return places
      .map(({ where, content }) => ({ where, text: String(content).replace(UUID, '') }))
      .filter(({ text }) => ids.some((id) => text.includes(id)) && code.test(text))
      .map(({ where }) => `${scenario.name}: ${where}`)
  })
}

test('no card number stays anywhere, and no security code beside its request, whatever way a card takes', async () => {
  const startedMs = Date.now() - 1_000
  const payments = new ScriptedPayments()
  await using app = await testApp({ ports: { payments } })
  app.expectErrors('request_failed')
  const stage = await stageOf(app, payments)
  const played = await play(stage, [...WITH_A_CARD, ...AT_THE_PROCESSOR, ...ASTRAY])
  assert.ok(played.length >= 100)

  const places = await everywhere(app, answersOf(played))
  const scanner = new CanaryScanner(played.flatMap(({ card: { number } }) => [number, withWrongCheckDigit(number)]))
  assert.deepEqual(scanner.find(places), [])
  assert.deepEqual(codesFound(places, played), [])
  if (hasDatabaseFiles(app)) assert.deepEqual(scanner.find(await databaseFiles(app, startedMs)), [])
  // The adapter's own error quotes its card twice, and the log masks it: what kept it out is the mask alone.
  assert.match(await app.app.context.metrics.render(), /^letterhead_card_leak_blocked_total 2$/m)
})

test('nor where guessing of keys is slowed down', async () => {
  const payments = new ScriptedPayments()
  await using app = await testApp({ ports: { payments } })
  const stage = await stageOf(app, payments)
  const card = canaryCard()
  const replies: Reply[] = []
  for (let attempt = 0; attempt < 12; attempt += 1) {
    replies.push(
      await stage.app.nobody.patch(
        `/v3/profiles/${stage.own}`,
        { payment_details: { card_number: card.number, expiry: '12/31', cvc: card.cvc, zip_code: '94107' } },
        { 'x-api-key': `sk_live_${card.number}` },
      ),
    )
  }
  assert.equal(replies.at(-1)?.status, 429)
  const answers = replies.map(({ text }) => ({ where: 'an answer', content: text }))
  assert.deepEqual(new CanaryScanner([card.number]).find(await everywhere(app, answers)), [])
})

test('control: a card is found in every form, at any offset, inside gzip, and nothing is found where there is none', () => {
  const number = randomCardNumber()
  const scanner = new CanaryScanner([number, randomCardNumber()])
  assert.ok(formsOf(number).length >= 12)
  for (const { form, bytes } of formsOf(number)) {
    const around = Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')])
    const found = scanner.find([{ where: 'here', content: around }])
    assert.ok(
      found.some((finding) => finding.form === form && finding.value === number),
      form,
    )
  }
  for (const before of ['', 'a', 'ab', 'abc']) {
    const content = Buffer.from(`${before}${number}after`).toString('base64')
    assert.equal(scanner.find([{ where: 'here', content }]).length > 0, true, `base64 behind "${before}"`)
  }
  const zipped = Buffer.concat([Buffer.from('head'), gzipSync(`{"card":"${number}"}`)])
  assert.deepEqual(scanner.find([{ where: 'z', content: zipped }]), [
    { value: number, form: 'gzip, plain', where: 'z' },
  ])
  assert.deepEqual(scanner.find([{ where: 'here', content: randomCardNumber() }]), [])
})

test('control: a card that is planted in any of the searched places is found there', async () => {
  const startedMs = Date.now() - 1_000
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile()
  const [inTable, inHistory, encrypted, inLog, inAnswer] = Array.from({ length: 5 }, randomCardNumber) as [
    string,
    string,
    string,
    string,
    string,
  ]
  await app.sql('create table scratch (content text)')
  await app.sql('insert into scratch values ($1)', [`a "${inTable}" b`])
  await app.sql(`update profile_history set changes = jsonb_build_array($1::text)`, [inHistory])
  const [row] = await app.sql<{ data_key: string }>('select data_key from organizations where organization_id = $1', [
    org.id,
  ])
  const cipher = app.keys.open(row?.data_key ?? '', org.id)
  const envelope = cipher.encrypt(`{"name":"${encrypted}"}`, { table: 'profiles', column: 'billing_contact', row: id })
  await app.sql('update profiles set billing_contact = $1 where id = $2', [envelope, id])
  app.lines.push(`{"level":"info","event":"${inLog}"}\n`)

  const scanner = new CanaryScanner([inTable, inHistory, encrypted, inLog, inAnswer])
  const found = scanner.find(await everywhere(app, [{ where: 'an answer', content: `{"data":"${inAnswer}"}` }]))
  const placesOf = (value: string) => found.filter((finding) => finding.value === value).map(({ where }) => where)
  assert.deepEqual(new Set(placesOf(inTable)), new Set(['public.scratch[0]']))
  assert.deepEqual(new Set(placesOf(inHistory)), new Set(['public.profile_history[0]']))
  assert.deepEqual(new Set(placesOf(encrypted)), new Set([`public.profiles.billing_contact of ${id}, opened`]))
  assert.deepEqual(placesOf(inLog), ['the log'])
  assert.deepEqual(placesOf(inAnswer), ['an answer'])
  const reply = await org.admin.get(`/v3/profiles/${id}`)
  const scenario = { name: 'planted', statuses: [200], reaches: 0, run: async () => [reply] }
  const content = `{"request_id":"${reply.headers['x-request-id']}","cvc":"7531"}`
  const played = [{ scenario, card: { number: inLog, cvc: '7531' }, replies: [reply] }]
  assert.deepEqual(codesFound([{ where: 'a line', content }], played), ['planted: a line'])

  if (hasDatabaseFiles(app)) {
    const onDisk = scanner.find(await databaseFiles(app, startedMs))
    assert.ok(onDisk.some(({ value, where }) => value === inTable && where.includes('/base/')))
    assert.ok(onDisk.some(({ value, where }) => value === inTable && where.includes('/pg_wal/')))
    assert.deepEqual(
      onDisk.filter(({ value }) => value === encrypted),
      [],
    )
  }
})
