import { setTimeout as sleep } from 'node:timers/promises'
import { shortLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aCardChange } from '../../harness/traffic/request-bodies.mjs'
import { until, untilFinal } from '../../harness/traffic/retry.mjs'

/** Goals about a request that has claimed its key and is at the processor when something happens to its server. */

const noFence = {
  name: 'a claim has no fence',
  sql: [
    { statement: /^record_payment_method$/, find: /fence = \$3 and/, replace: '$3::integer is not null and' },
    { statement: /^close_claim$/, find: /fence = \$3 and/, replace: '$3::integer is not null and' },
  ],
}

/** What stops the request of an instance where it passes a point, and lets it go on. */
class Gate {
  constructor(environment, at) {
    this.environment = environment
    this.at = at
    this.reached = new Promise((resolve) => {
      this.arrive = resolve
    })
    this.opened = new Promise((resolve) => {
      this.open = resolve
    })
  }

  /** Holds the first passing of the statement. */
  holdAt(name, phase = 'before') {
    let isHeld = false
    this.environment.proxies[this.at].watcher = async (now, { names }) => {
      if (isHeld || now !== phase || !names.includes(name)) return
      isHeld = true
      this.arrive()
      await this.opened
    }
    return this
  }
}

function payer(environment, id, key, body = { name: 'Paying', ...aCardChange() }) {
  return (at) =>
    send(environment.instances[at].url, 'PATCH', `/v3/profiles/${id}`, {
      key: environment.acme.admin,
      headers: { 'idempotency-key': key },
      body,
      isFresh: true,
    })
}

async function judgeOnce(t, environment, id, what) {
  const history = `select count(*) from profile_history where profile_id = $1 and operation = 'updateProfile'`
  t.equal(await environment.count(history, [id]), 1, `${what}: changes`)
  // A job may have been faster than the retry: it detaches what was left, and the retry attaches anew.
  const methods = [...environment.stripe.methods.values()].filter(
    ({ profile, customer }) => profile === id && customer !== null,
  )
  t.equal(methods.length, 1, `${what}: payment methods attached at the processor`)
}

/** @type {import('../../harness/run.mjs').Goal} */
const zombie = {
  id: 'IDEM-4',
  tier: 1,
  title:
    'A server that loses its lease inside a request, because it stopped or is slow, changes nothing afterwards and answers 409, 503 or 504',
  injectedBugs: [noFence],
  async run(t) {
    const environment = await t.environment({ withStripe: true, env: shortLadder })
    for (const how of ['slow', 'stopped']) {
      for (const statement of ['record_payment_method', 'close_claim'])
        await loseLease(t, environment, { how, statement })
      if (how === 'slow') {
        const fenced = await environment.metric('letterhead_idempotency_requests_total', 'outcome="fenced"')
        t.figure('fenced', fenced)
        t.check(fenced >= 1, 'no fenced request was counted')
      }
    }
  },
}

/** The one who takes over is still at work when the first goes on, so that only the fence keeps them apart. */
async function loseLease(t, environment, { how, statement }) {
  const what = `${how} at ${statement}`
  const id = await environment.profile()
  const ask = payer(environment, id, `zombie-${how}-${statement}`)
  const first = new Gate(environment, 0).holdAt(statement)
  const firstAnswer = ask(0)
  const isHeld = await Promise.race([first.reached.then(() => true), firstAnswer.then(() => false)])
  t.check(isHeld, `${what}: never got there`)
  if (how === 'stopped') environment.instances[0].child.signal('SIGSTOP')
  if (how === 'stopped') await sleep(Number(shortLadder.LEASE_MS) + 300)
  else await environment.endLeases()
  const heir = new Gate(environment, 1).holdAt('close_claim')
  const heirAnswer = untilFinal(() => ask(1), { withinMs: 30_000 })
  const isTaken = await Promise.race([heir.reached.then(() => true), heirAnswer.then(() => false)])
  t.check(isTaken, `${what}: the claim was not taken over`)
  first.open()
  environment.instances[0].child.signal('SIGCONT')
  await Promise.race([firstAnswer, sleep(1_000)])
  heir.open()
  const late = await firstAnswer
  const { reply } = await heirAnswer
  for (const proxy of environment.proxies) proxy.watcher = null
  t.check([0, 409, 502, 503, 504].includes(late.status), `${what}: the first answered ${late.status}`)
  t.equal(reply.status, 200, `${what}: the heir's answer`)
  await judgeOnce(t, environment, id, what)
}

/** @type {import('../../harness/run.mjs').Goal} */
const deadOwner = {
  id: 'IDEM-5',
  tier: 1,
  title: 'The key of a killed server is usable again when its lease ends: not earlier, and at most a second later',
  injectedBugs: [
    {
      name: 'a lease keeps nobody out',
      sql: [
        {
          statement: /^admit_updateProfile/,
          find: /coalesce\(i\.lease_until > statement_timestamp\(\), false\)/,
          replace: 'false',
        },
        { statement: /^take_over_claim$/, find: /and lease_until <= now\(\)/, replace: '' },
      ],
    },
  ],
  async run(t) {
    const ladder = t.isLong ? { LEASE_MS: '30000' } : shortLadder
    const environment = await t.environment({ withStripe: true, env: ladder })
    const rounds = t.length(2, 3)
    const waits = []
    for (let round = 0; round < rounds; round += 1) {
      const id = await environment.profile()
      const ask = payer(environment, id, `dead-${round}`)
      environment.stripe.behave = () => 'hang'
      const callsBefore = environment.stripe.calls.length
      const lost = ask(0)
      await until(() => environment.stripe.calls.length > callsBefore, 10_000)
      await environment.instances[0].kill()
      const killedAt = performance.now()
      await lost
      environment.stripe.behave = () => 'answer'
      const [{ lease }] = await environment.query('select lease_until as lease from idempotency_keys where key = $1', [
        `dead-${round}`,
      ])
      const { reply } = await untilFinal(() => ask(1), { withinMs: 60_000, steadyPauseMs: 100 })
      waits.push(performance.now() - killedAt)
      const [{ early, late }] = await environment.query(
        'select greatest(0, extract(epoch from $1::timestamptz - changed_at) * 1000)::float as early, extract(epoch from now() - $1::timestamptz)::float as late from profile_history where profile_id = $2 order by version desc limit 1',
        [lease, id],
      )
      t.equal(reply.status, 200, 'the final answer')
      t.equal(early, 0, 'ms before the end of the lease')
      t.figure(`seconds_after_lease_${round}`, late)
      await judgeOnce(t, environment, id, `round ${round}`)
      await environment.instances[0].startPatiently()
    }
    const lease = Number(ladder.LEASE_MS)
    t.figure('lease_ms', lease)
    t.figure('wait_ms_max', Math.max(...waits))
    // The retry itself pauses, and calls the processor four times.
    t.atMost(Math.max(...waits), lease + 2_500, 'ms from the kill to the answer')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const cardRetry = {
  id: 'IDEM-10',
  tier: 1,
  title:
    'Retries with a card: one payment method after a crash, 409 for another card, a good card succeeds after a decline, and abandoned methods are counted',
  injectedBugs: [
    {
      name: 'the once-key changes with every try',
      code: [
        {
          file: 'http/pipeline/provider-calls.js',
          find: 'const onceKey = `',
          put: 'const onceKey = Math.random() + `',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ withStripe: true, env: shortLadder })
    await afterCrash(t, environment)
    await afterDecline(t, environment)
    await nobodyReturns(t, environment)
  },
}

async function crashAfterAttach(environment, ask) {
  let isDone = false
  environment.stripe.watcher = async (phase, { step }) => {
    if (isDone || phase !== 'after' || step !== 'choose_default') return
    isDone = true
    await environment.instances[0].kill()
  }
  await ask(0)
  environment.stripe.watcher = null
}

async function afterCrash(t, environment) {
  const id = await environment.profile()
  const ask = payer(environment, id, 'crash')
  await crashAfterAttach(environment, ask)
  const restarted = environment.instances[0].startPatiently()
  const otherCard = payer(environment, id, 'crash', { name: 'Paying', ...aCardChange('5555555555554444') })
  await sleep(Number(shortLadder.LEASE_MS) + 200)
  const other = await otherCard(1)
  t.equal(`${other.status} ${other.json?.error?.code}`, '409 CONFLICT_002', 'a retry with another card')
  const { reply } = await untilFinal(() => ask(1), { withinMs: 20_000 })
  t.equal(reply.status, 200, 'a retry with the same card')
  const seen = environment.stripe.calls.filter(
    ({ step, form }) => step === 'create_method' && form['card[number]']?.startsWith('4242'),
  )
  t.check(seen.length === 2 && seen[0].onceKey === seen[1].onceKey, 'the processor did not see one once-key twice')
  await judgeOnce(t, environment, id, 'after the crash')
  await restarted
}

async function afterDecline(t, environment) {
  const id = await environment.profile()
  const declined = await payer(environment, id, 'decline', { name: 'Paying', ...aCardChange('4000000000000002') })(0)
  t.equal(`${declined.status} ${declined.json?.error?.code}`, '400 VALIDATION_001', 'a declined card')
  const good = await payer(environment, id, 'decline')(1)
  t.equal(good.status, 200, 'a good card under the same key')
}

async function nobodyReturns(t, environment) {
  const id = await environment.profile()
  await crashAfterAttach(environment, payer(environment, id, 'abandoned'))
  // Read of the one that is left: what the other one has counted went with it.
  const before = await environment.metric('letterhead_idempotency_abandoned_total')
  const waited = await until(
    async () => (await environment.metric('letterhead_idempotency_abandoned_total')) > before,
    30_000,
  )
  t.figure('abandoned_after_ms', waited)
  t.check(Number.isFinite(waited), 'an abandoned claim was not counted within 30 s')
  await environment.instances[0].startPatiently()
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const claimGoals = [zombie, deadOwner, cardRetry]
