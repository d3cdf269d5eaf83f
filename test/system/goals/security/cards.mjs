import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow, openAll, plant, rowsOf, search } from '../../harness/scan.mjs'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aCardChange, cardNumber } from '../../harness/traffic/request-bodies.mjs'
import { until, untilFinal } from '../../harness/traffic/retry.mjs'

const stem = '455678'

/** A card that no chance brings about. */
function canary(random) {
  for (;;) {
    const number = cardNumber(random)
    const digits = `${stem}${number.slice(6, 15)}`
    for (let last = 0; last < 10; last += 1) {
      if (isLuhn(`${digits}${last}`)) return { number: `${digits}${last}`, cvc: random.digits(4) }
    }
  }
}

function isLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 1 : 2)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

/** The ways a card can go wrong, each a request with a card of its own. */
const journeys = {
  accepted: (go) => go.patch(go.body()),
  'accepted under a key': (go) => go.patch(go.body(), { 'idempotency-key': go.unique }),
  'replayed with another card': async (go) => {
    await go.patch(go.body(), { 'idempotency-key': go.unique })
    return go.patch(go.body(go.another), { 'idempotency-key': go.unique })
  },
  sandbox: (go) => go.patch({ ...go.body(), sandbox: true }, { 'idempotency-key': go.unique }),
  'with a new profile': (go) => go.send('POST', '/v3/profiles', { name: 'Paying', ...go.body() }),
  'wrong expiry': (go) =>
    go.patch({ ...go.body(), payment_details: { ...go.body().payment_details, expiry: '13/99' } }),
  'no code': (go) => go.patch({ ...go.body(), payment_details: { ...go.body().payment_details, cvc: undefined } }),
  'number with spaces': (go) =>
    go.patch({ ...go.body(), payment_details: { ...go.body().payment_details, card_number: `${go.card.number} ` } }),
  'card as an array': (go) => go.patch({ payment_details: [go.card.number, go.card.cvc] }),
  'card as a text': (go) => go.patch({ payment_details: `${go.card.number} ${go.card.cvc}` }),
  'wrong billing model': (go) => go.patch({ ...go.body(), billing_model: 'organization' }),
  'wrong name beside it': (go) => go.patch({ ...go.body(), name: '' }),
  'unknown key': (go) => go.patch(go.body(), {}, 'sk_live_nobody'),
  'no right': (go) => go.patch(go.body(), {}, go.environment.acme.developer),
  'no such profile': (go) => go.send('PATCH', '/v3/profiles/00000000-0000-4000-8000-000000000000', go.body()),
  'too large': (go) => go.patch({ ...go.body(), description: 'x'.repeat(140_000) }),
  'another media type': (go) => go.patch(go.body(), { 'content-type': 'text/plain' }),
  'broken JSON': (go) => go.patch(`{"payment_details": {"card_number": "${go.card.number}", "cvc": ${go.card.cvc}`),
  'duplicate member': (go) =>
    go.patch(`{"payment_details": {"card_number": "${go.card.number}", "card_number": "${go.card.number}"}}`),
  declined: (go) => go.patch(go.body(), { 'idempotency-key': go.unique }, undefined, 'decline'),
  'processor crashes': (go) => go.patch(go.body(), {}, undefined, 'crash'),
  'processor resets': (go) => go.patch(go.body(), { 'idempotency-key': go.unique }, undefined, 'reset'),
  'processor hangs': (go) => go.patch(go.body(), { 'idempotency-key': go.unique }, undefined, 'hang'),
  'processor talks garbage': (go) => go.patch(go.body(), {}, undefined, 'garbage'),
  'card in the name': (go) => go.patch({ name: `Card ${go.card.number}` }),
  'card in the description': (go) =>
    go.patch({ description: `${go.card.number.slice(0, 4)} ${go.card.number.slice(4)}` }),
  'card in a header': (go) =>
    go.patch({ name: 'Header' }, { 'x-card': go.card.number, 'x-request-id': go.card.number }),
  'card as the key': (go) => go.patch({ name: 'Key' }, { 'idempotency-key': go.card.number }),
  'card in the query': (go) => go.send('GET', `/v3/profiles?search=${go.card.number}&card=${go.card.number}`),
  'card in the path': (go) => go.send('GET', `/v3/profiles/${go.card.number}`),
  'card as an unknown member': (go) => go.patch({ card: go.card.number, [go.card.number]: 1, name: 'Unknown' }),
  'card as an API key': (go) => go.send('GET', '/v3/profiles', undefined, {}, go.card.number),
}

async function travel(environment, random, name, work) {
  const card = canary(random)
  const another = canary(random)
  const id = await environment.profile()
  const unique = `card-${random.digits(12).replaceAll('0', 'a')}`
  const ask = (method, path, body, headers = {}, key = environment.acme.admin) =>
    send(environment.url, method, path, { key, headers, body, timeoutMs: 15_000 })
  const go = {
    environment,
    card,
    another,
    id,
    unique,
    body: ({ number, cvc } = card) => aCardChange(number, cvc),
    send: ask,
    patch: async (body, headers = {}, key = environment.acme.admin, behaviour = null) => {
      const isDecline = behaviour === 'decline'
      environment.stripe.behave = () => (behaviour === null || isDecline ? 'answer' : behaviour)
      const put = isDecline
        ? { ...body, payment_details: { ...body.payment_details, card_number: '4000000000000002' } }
        : body
      const reply = await ask('PATCH', `/v3/profiles/${id}`, put, headers, key)
      environment.stripe.behave = () => 'answer'
      return reply
    },
  }
  const reply = await work(go)
  return { name, id, unique, cards: [card, another], reply, requestId: reply.json?.meta?.request_id ?? '' }
}

/** A card whose server is killed at a point of its way. */
async function crashing(environment, random, name) {
  const trip = await travel(environment, random, `killed ${name}`, async (go) => {
    let killing = null
    environment.proxies[0].watcher = async (phase, { names }) => {
      if (killing !== null || `${phase} ${names.join('+')}` !== name) return
      killing = environment.instances[0].kill()
      await killing
      return 'drop'
    }
    const ask = (at) =>
      send(environment.instances[at].url, 'PATCH', `/v3/profiles/${go.id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': go.unique },
        body: go.body(),
      })
    await ask(0)
    environment.proxies[0].watcher = null
    await killing
    if (killing === null) throw new Error(`never reached: ${name}`)
    await environment.endLeases()
    await environment.instances[0].startPatiently()
    return (await untilFinal(() => ask(1), { withinMs: 15_000 })).reply
  })
  return trip
}

/** Everything that is left of the requests, but what the processor was sent. */
async function remains(environment) {
  await environment.query('checkpoint')
  const rows = await rowsOf(environment)
  const { records, unopened } = openAll(rows, environment.sharedCluster.sealingKey)
  const metrics = await Promise.all(environment.instances.map(({ opsUrl }) => send(opsUrl, 'GET', '/metrics')))
  return {
    rows,
    unopened,
    records: [
      ...filesBelow(environment.sharedCluster.cluster.data),
      ...filesBelow(environment.sharedCluster.cluster.folder, (path) => path.endsWith('.log')),
      ...filesBelow(environment.folder),
      ...rows.map(({ table, row }) => ({ place: `row of ${table}`, bytes: Buffer.from(JSON.stringify(row)) })),
      ...records,
      ...environment.proxies.map(({ tap }, at) => ({
        place: `sent to the database by ${at}`,
        bytes: Buffer.concat(tap ?? []),
      })),
      ...metrics.map(({ text }) => ({ place: 'metrics', bytes: Buffer.from(text) })),
    ],
  }
}

/** Plants a card in each kind of place, in each form, and looks whether the search finds all. */
async function control(t, environment) {
  const number = `${stem}0000000000`.slice(0, 16)
  await environment.query('create table planted (id int, bytes bytea, note text)')
  const planted = plant(number)
  for (const [at, { bytes }] of planted.entries()) {
    await environment.query('insert into planted values ($1, $2, $3)', [at, bytes, at === 0 ? number : ''])
    appendFileSync(join(environment.folder, 'instance-a.log'), Buffer.concat([bytes, Buffer.from('\n')]))
  }
  environment.proxies[0].tap.push(Buffer.from(`x${number}x`))
  const { records } = await remains(environment)
  const hits = search(records, [number], stem)
  for (const { form } of planted) {
    const name = form === 'gzip' ? '(gzip)' : form
    const inLog = hits.some(
      (hit) => hit.place.includes('instance-a.log') && (hit.form === name || hit.place.includes(name)),
    )
    t.check(inLog, `blind scanner: a planted number was not found as ${form}`)
  }
  for (const place of ['/cluster/base/', '/cluster/pg_wal/', 'row of planted', 'sent to the database']) {
    t.check(
      hits.some((hit) => hit.place.includes(place)),
      `blind scanner: nothing found in ${place}`,
    )
  }
  t.figure('planted_found', hits.length)
}

/** @type {import('../../harness/run.mjs').Goal} */
const neverStored = {
  id: 'CARD-1',
  tier: 1,
  title:
    'Cards are sent on every way through the server; no file, row, decrypted secret, log, metric or byte to the database holds one',
  injectedBugs: [
    {
      name: 'the card is printed',
      code: [
        {
          file: 'http/card-input.js',
          find: 'const read = (name) => String(held[name])',
          put: 'console.error(JSON.stringify(held)); const read = (name) => String(held[name])',
        },
      ],
    },
    {
      name: 'the number is stored with the payment method',
      code: [
        {
          file: 'http/card-input.js',
          find: 'const read = (name) => String(held[name])',
          put: 'globalThis.lastCard = held.card_number; const read = (name) => String(held[name])',
        },
        { file: 'http/pipeline/provider-steps.js', find: 'last_four: lastFour', put: 'last_four: globalThis.lastCard' },
      ],
    },
    {
      name: 'the number is in the kept answer',
      code: [
        {
          file: 'http/card-input.js',
          find: 'const read = (name) => String(held[name])',
          put: 'globalThis.lastCard = held.card_number; const read = (name) => String(held[name])',
        },
        {
          file: 'http/response.js',
          find: 'export function successBody(requestId, data) {',
          put: 'export function successBody(requestId, data) { if (globalThis.lastCard && data) data = { ...data, short_name: globalThis.lastCard };',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ withStripe: true, env: { ...patientLadder, PROVIDER_MS: '7500' } })
    for (const proxy of environment.proxies) proxy.tap = []
    const trips = []
    for (const [name, work] of Object.entries(journeys)) {
      for (let times = 0; times < t.length(1, 4); times += 1)
        trips.push(await travel(environment, t.random, name, work))
    }
    for (const name of [
      'after insert_claim',
      'before record_payment_method',
      'after record_payment_method',
      'before close_claim',
      'before commit',
      'after commit',
    ]) {
      trips.push(await crashing(environment, t.random, name))
    }
    const { records, rows, unopened } = await remains(environment)
    const numbers = trips.flatMap(({ cards }) => cards.map(({ number }) => number))
    const hits = search(records, numbers, stem)
    const answers = trips.filter(({ reply, cards }) =>
      cards.some(({ number }) => reply.text.includes(number.slice(0, 12))),
    )
    t.figure('cards', numbers.length)
    t.figure('places', records.length)
    t.figure('mebibytes', Math.round(records.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1_048_576))
    t.figure('opened_secrets', records.filter(({ place }) => place.endsWith('opened')).length)
    t.equal(unopened, 0, 'sealed values that the prover cannot open')
    t.check(environment.stripe.calls.length > 20, 'hardly a card reached the processor')
    const travelled = (text) => trips.find(({ cards }) => cards.some(({ number }) => number === text))?.name
    const where = new Set(hits.map(({ place, form, text }) => `${travelled(text)}: ${place} as ${form}`))
    t.equal(hits.length, 0, `numbers found (${[...where].slice(0, 3).join(', ')})`)
    t.equal(answers.length, 0, `answers that show a number (${answers.map(({ name }) => name).join(', ')})`)
    codesOf(t, trips, rows, environment.logs())
    await control(t, environment)
  },
}

/** Codes of three or four digits turn up by chance, so they are looked for beside their request's own names only. */
function codesOf(t, trips, rows, log) {
  const records = [...rows.map(({ row }) => JSON.stringify(row)), ...log.split('\n')]
  const noise =
    /\d{4}-\d\d-\d\dT[\d:.+Z]+|[0-9a-f]{8}-[0-9a-f-]{27}|v1\.[\w.-]+|"(duration_ms|created_at|updated_at|fingerprint|digest|request_id|last_four|key|id)":\s*"?[^",}]+"?/g
  let found = 0
  for (const { id, unique, requestId, cards } of trips) {
    const mine = records.filter(
      (text) => text.includes(id) || text.includes(unique) || (requestId !== '' && text.includes(requestId)),
    )
    for (const { cvc } of cards) {
      if (mine.some((text) => new RegExp(`(?<!\\d)${cvc}(?!\\d)`).test(text.replaceAll(noise, '')))) found += 1
    }
  }
  t.equal(found, 0, 'card codes beside their request')
}

/** @type {import('../../harness/run.mjs').Goal} */
const exactBytes = {
  id: 'CARD-2',
  tier: 1,
  title: 'The payment processor gets exactly what was sent; answers hold at most brand and last four digits',
  injectedBugs: [
    {
      name: 'the number is changed on its way',
      code: [
        {
          file: 'http/card-input.js',
          find: "cardNumber: read('card_number')",
          put: "cardNumber: read('card_number').replace(/.$/, '0')",
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ withStripe: true, instances: 1 })
    const rounds = t.length(10, 100)
    for (let round = 0; round < rounds; round += 1) {
      const { number, cvc } = canary(t.random)
      const id = await environment.profile()
      const reply = await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        body: aCardChange(number, cvc),
      })
      const read = await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
      const call = environment.stripe.calls.findLast(({ step }) => step === 'create_method')
      t.equal(reply.status, 200, 'status')
      t.equal(call?.form['card[number]'], number, 'the number at the processor')
      t.equal(call?.form['card[cvc]'], cvc, 'the code at the processor')
      t.equal(
        `${call?.form['card[exp_month]']}/${call?.form['card[exp_year]']}`.replace('/20', '/'),
        '9/39',
        'the expiry at the processor',
      )
      for (const text of [reply.text, read.text])
        t.check(!text.includes(number.slice(0, 11)), 'an answer shows more than the last four')
    }
    t.figure('cards', rounds)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const noMemoryFiles = {
  id: 'CARD-5',
  tier: 1,
  title:
    'The process writes no core file, and in production it refuses to start with options that write memory to disk',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({
      instances: 1,
      env: { NODE_ENV: 'production', PAYMENTS: 'none', WHATSAPP: 'none' },
    })
    const [instance] = environment.instances
    const limits = readFileSync(`/proc/${instance.pid}/limits`, 'utf8')
    const core = /Max core file size\s+(\S+)/.exec(limits)?.[1]
    t.figure('core_bytes', core ?? 'unknown')
    t.equal(core, '0', 'the limit of core files')
    const flags = [
      '--inspect=127.0.0.1:0',
      '--heapsnapshot-signal=SIGUSR2',
      '--report-on-fatalerror',
      '--report-uncaught-exception',
      '--heapsnapshot-near-heap-limit=1',
    ]
    for (const flag of flags) {
      await instance.stop()
      instance.nodeArgs = [flag]
      const child = instance.spawn()
      const ended = await Promise.race([child.ended, until(() => false, 60_000)])
      await instance.kill()
      t.equal(ended?.code, 78, `exit code with ${flag}`)
    }
    instance.nodeArgs = []
    t.figure('flags', flags.length)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const cardGoals = [neverStored, exactBytes, noMemoryFiles]
