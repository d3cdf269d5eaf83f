import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shortLadder } from '../../harness/servers/environment.mjs'
import { repository } from '../../harness/servers/instance.mjs'
import { operations } from '../../harness/traffic/contract.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'
import { Answers } from '../../model/answers.mjs'
import { crowds, errorCases, halves } from '../../model/error-cases.mjs'
import { randomRequest } from '../../model/random-requests.mjs'
import { statusTriggers } from '../../model/status-triggers.mjs'
import { Subjects } from '../../model/subjects.mjs'
import { trigger } from '../../model/trigger.mjs'

const { requests: corpus } = JSON.parse(readFileSync(join(repository, 'test', 'fixtures', 'corpus.json'), 'utf8'))
const reachMin = 0.95
/** Where this much is wrong, more of it says nothing new. */
const errorCasesMax = 30

/** Every status that the document names for an operation is brought about on purpose. */
async function triggerAll(t, answers) {
  const strayed = []
  // All that is refused by the database at once needs a connection.
  const env = { ...shortLadder, DATABASE_POOL_SIZE: '60', SIMULATOR_DELAY_MS: '10' }
  const environment = await t.environment({ instances: 1, env, withStripe: true })
  const subjects = await new Subjects(environment).open()
  const at = { subjects, answers, strayed }
  const unread = trigger(halves.statusTriggers, {
    ...at,
    during: halves.name,
    queues: operations.length,
    isTimed: false,
  })
  let count = await trigger(statusTriggers, at)
  for (const { name, faults, enter, leave, statusTriggers: asked } of errorCases) {
    await enter(environment)
    count += await trigger(asked, { ...at, during: name, faults, queues: operations.length, isTimed: false })
    await leave(environment)
    const me = () => send(subjects.base, 'GET', '/v3/me', { key: environment.acme.admin })
    t.check((await until(async () => (await me()).status === 200, 20_000)) < 20_000, `after ${name}: no recovery`)
  }
  count += await unread
  const limited = await t.environment({ instances: 1, env: { RATE_LIMITS: 'on' } })
  const beside = Object.assign(new Subjects(limited), { standing: subjects.standing })
  count += await trigger(crowds.statusTriggers, { ...at, subjects: beside, during: crowds.name, queues: 1 })
  t.figure('provocations', count)
  t.equal(strayed.length, 0, `provocations that were answered otherwise (${strayed.slice(0, 10).join(', ')})`)
}

/** What random requests were reduced to before, first of all. */
async function askCorpus(t, answers) {
  const subjects = await new Subjects(await t.environment({ instances: 1 })).open()
  for (const { about, operation: id, ids = {}, query, headers = {}, body, text, status } of corpus) {
    const operation = operations.find((each) => each.id === id)
    const members = { ...subjects.standing, ...ids }
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => members[name] ?? '')
    const { admin: key } = subjects.environment.acme
    const asked = { key, headers, body: text ?? body }
    const reply = await send(subjects.base, operation.method, query === undefined ? path : `${path}?${query}`, asked)
    answers.take(operation, reply, { how: about })
    t.equal(reply.status, status, about)
  }
}

/** Requests that nobody would think of. */
async function askAtRandom(t, answers) {
  const environment = await t.environment({ instances: 2 })
  const profiles = []
  for (let at = 0; at < 6; at += 1) profiles.push(await environment.profile())
  const total = t.length(1_500, 50_000)
  const isHopeless = () => answers.examples.length >= errorCasesMax
  const queue = async (random) => {
    for (let n = 0; n < total / 6 && !isHopeless(); n += 1) {
      const operation = random.pick(operations)
      const { path, options, kind } = randomRequest(operation, { random, environment, profiles })
      const reply = await send(random.pick(environment.instances).url, operation.method, path, options)
      if (operation.id === 'createProfile' && reply.status === 201 && reply.headers['x-sandbox'] === undefined)
        profiles[random.below(Math.min(12, profiles.length + 1))] = reply.json.data.id
      const request = `${operation.method} ${path.slice(0, 80)} ${JSON.stringify(options.body ?? '').slice(0, 200)}`
      answers.take(operation, reply, { how: `${kind} (${request})` })
    }
  }
  await Promise.all(Array.from({ length: 6 }, (_, at) => queue(t.random.part(`lane ${at}`))))
}

/** @type {import('../../harness/run.mjs').Goal} */
const fuzz = {
  id: 'TEST-2',
  tier: 1,
  title:
    'Valid, invalid and error-causing requests made from openapi.json: no 5xx without a fault, every answer is documented and fits its schema, and 95 % of the documented answers are reached',
  injectedBugs: [
    {
      name: 'an undocumented member is answered',
      code: [
        {
          file: 'resources/profiles/response.rules.js',
          find: 'compileSerializer(profileTable)',
          put: 'compileSerializer({ ...profileTable, secret_member: profileTable.id })',
        },
      ],
    },
    {
      name: 'an inner member is left out',
      code: [
        {
          file: 'resources/profiles/response.rules.js',
          find: 'compileSerializer(profileTable)',
          put: 'compileSerializer((({ billing_model, ...others }) => others)(profileTable))',
        },
      ],
    },
    {
      name: 'whatever a client accepts, it gets JSON',
      code: [{ file: 'http/incoming-request.js', find: '!acceptsJson(headers.accept)', put: 'false' }],
    },
  ],
  async run(t) {
    const answers = new Answers()
    await askCorpus(t, answers)
    await triggerAll(t, answers)
    await askAtRandom(t, answers)
    const { errorCase, documented, missing, requests } = answers
    const reach = 1 - missing.length / documented.length
    t.figure('requests', requests)
    t.figure('pairs_reached', `${documented.length - missing.length}/${documented.length}`)
    t.figure('reach_percent', reach * 100)
    for (const [name, count] of Object.entries(errorCase)) t.figure(name, count)
    t.equal(errorCase.server, 0, `5xx answers without a fault (${answers.exampleOf('server')})`)
    t.equal(errorCase.schema, 0, `answers against their schema (${answers.exampleOf('schema')})`)
    t.equal(errorCase.undocumented, 0, `undocumented statuses (${answers.exampleOf('undocumented')})`)
    t.equal(errorCase.slow, 0, `answers that took over 2 s (${answers.exampleOf('slow')})`)
    t.check(reach >= reachMin, `documented pairs that were not answered: ${missing.join(', ')}`)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const fuzzGoals = [fuzz]
