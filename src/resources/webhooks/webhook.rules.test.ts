import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMITTED_PARENTS } from '../../contract/events.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { DEFAULTS, NOT_AN_ADDRESS, type Webhook } from './webhook.fields.ts'
import { readSettings, refusal, settingProblems, shownWebhook } from './webhook.rules.ts'

const URL = 'https://hooks.acme.example/'

test('what a body leaves out has its default, and a type that is named twice counts once', () => {
  assert.deepEqual(readSettings({ display_name: 'N', endpoint_url: URL }), {
    display_name: 'N',
    endpoint_url: URL,
    event_types: [...EMITTED_PARENTS],
    event_filters: null,
    retry_count: DEFAULTS.retry_count,
    timeout_seconds: DEFAULTS.timeout_seconds,
  })
  const whole = {
    display_name: 'N',
    endpoint_url: URL,
    event_types: ['profile', 'profile'],
    event_filters: { profile: ['updated'] },
    retry_count: 0,
    timeout_seconds: 1,
  }
  assert.deepEqual(readSettings(whole), { ...whole, event_types: ['profile'] })
})

function found(body: JsonObject, { says = null as string | null, details = {}, values = body } = {}) {
  const asked: string[] = []
  const urlProblem = (url: string) => {
    asked.push(url)
    return says
  }
  return { problems: settingProblems(body, values, urlProblem, details), asked }
}

test('an address is judged once its shape is right, and refused in the words of who judges it', () => {
  assert.deepEqual(found({ endpoint_url: URL }), { problems: {}, asked: [URL] })
  assert.deepEqual(found({ endpoint_url: URL }, { says: 'must use https' }).problems, {
    endpoint_url: ['endpoint_url must use https'],
  })
  assert.deepEqual(found({ endpoint_url: URL }, { says: 'not_a_url' }).problems, { endpoint_url: [NOT_AN_ADDRESS] })
  assert.deepEqual(found({ endpoint_url: URL }, { says: 'x', details: { endpoint_url: ['y'] } }), {
    problems: {},
    asked: [],
  })
  for (const body of [{}, { endpoint_url: 1 }, { endpoint_url: null }])
    assert.deepEqual(found(body, { says: 'x' }), { problems: {}, asked: [] })
})

test('a filter of what is not subscribed to is a problem, misspelt ones too', () => {
  const path = 'event_filters.brand'
  const wrong = { [path]: [`${path} is not one of event_types`] }
  assert.deepEqual(found({ event_types: ['profile'], event_filters: { profile: [], brand: [] } }).problems, wrong)
  assert.deepEqual(
    found(
      { event_types: ['profile'], event_filters: { brand: [] } },
      { values: { event_types: ['profile'], event_filters: {} } },
    ).problems,
    wrong,
  )
  const [parent = ''] = EMITTED_PARENTS
  assert.deepEqual(found({ event_filters: { [parent]: [] } }).problems, {})
  assert.deepEqual(Object.keys(found({ event_filters: { profle: [] } }).problems), ['event_filters.profle'])
  for (const event_filters of [null, 'x', ['brand']])
    assert.deepEqual(found({ event_types: ['profile'], event_filters }).problems, {})
})

test('an address that is none, alone, has the sentence of the contract and no details; all else is in the details', () => {
  const alone = refusal({ endpoint_url: [NOT_AN_ADDRESS] }, {})
  assert.deepEqual([alone.code, alone.message, alone.details], ['VALIDATION_001', NOT_AN_ADDRESS, null])
  for (const details of [
    { endpoint_url: [NOT_AN_ADDRESS], display_name: ['x'] },
    { endpoint_url: ['endpoint_url must use https'] },
    { display_name: ['x'] },
  ]) {
    const failure = refusal(details, {})
    assert.deepEqual([failure.code, failure.details], ['VALIDATION_001', details])
    assert.notEqual(failure.message, NOT_AN_ADDRESS)
  }
})

test('the refusal of an address or of the whole name of an event says what to send instead', () => {
  const hint = (body: JsonObject, details: Record<string, string[]> = { 'event_types[0]': ['x'] }) =>
    refusal(details, body).hint
  assert.match(hint({}, { endpoint_url: ['endpoint_url must use https'] }), /WEBHOOKS_ALLOW_PRIVATE=on/)
  assert.match(hint({}, { endpoint_url: [NOT_AN_ADDRESS] }), /https address/)
  assert.doesNotMatch(hint({}), /https|event/)
  assert.match(
    hint({ event_types: ['x', 'profile.updated'] }),
    /For profile\.updated alone send "event_types": \["profile"\] and "event_filters": \{"profile": \["updated"\]\}\.$/,
  )
  assert.match(
    hint({ event_filters: { brand: ['brand.submitted'] } }),
    /"event_filters": \{"brand": \["submitted"\]\}\.$/,
  )
  for (const named of [null, 'profile.updated', { profile: 'profile.updated' }, [7], ['profile.unknown']])
    assert.equal(hint({ event_types: named, event_filters: named }), hint({}))
})

test('a webhook is shown whole, in the published order, and its secret only where it was just made', () => {
  const webhook = {
    id: 'i',
    display_name: 'N',
    endpoint_url: URL,
    is_active: true,
    event_types: ['profile'],
    event_filters: null,
    retry_count: 3,
    timeout_seconds: 30,
    last_delivery_attempt_at: 'a',
    last_successful_delivery_at: 'b',
    consecutive_failures: 2,
    created_at: 'c',
    updated_at: 'd',
    profile_id: 'p',
    disabled_at: 'e',
    encrypted: 'never',
  } as unknown as Webhook
  const { encrypted: _, ...shown } = webhook as unknown as Record<string, unknown>
  assert.deepEqual(shownWebhook(webhook, null), { ...shown, signing_secret: null })
  assert.deepEqual(Object.keys(shownWebhook(webhook, 's')).slice(0, 5), [
    'id',
    'display_name',
    'endpoint_url',
    'signing_secret',
    'is_active',
  ])
  assert.equal(shownWebhook(webhook, 's').signing_secret, 's')
})
