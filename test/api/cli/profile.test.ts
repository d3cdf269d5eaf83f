import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectOwner } from '../../../src/db/admin/owner-session.ts'
import { packageRoot } from '../../../src/package-root.ts'
import { answered, dataDirectory, keepRunning, letterhead, refused, serve } from './letterhead.ts'

const directory = dataDirectory()
let server: Awaited<ReturnType<typeof serve>>
let options: { env: Record<string, string> }
let id: string

type Profile = { id: string; name: string; description: string | null; etag: string }

before(async () => {
  const env = { DATA_DIR: await directory.path() }
  server = await serve(env)
  directory.closing(() => server.stop())
  options = { env: { ...env, LETTERHEAD_API_KEY: server.apiKey ?? '' } }
  id = server.profileId ?? ''
})

const url = () => ['--url', server.url]
const get = () => answered<Profile>(['profile', 'get', id, ...url()], options)

test('a profile is listed, read and changed through the API', async () => {
  const asProcess = { ...options, asProcess: true }
  const { profiles } = await answered<{ profiles: Profile[] }>(['profile', 'list', ...url()], asProcess)
  assert.deepEqual(
    profiles.map((profile) => profile.id),
    [id],
  )
  const file = join(await directory.path(), 'change.json')
  await writeFile(file, JSON.stringify({ name: 'From the file', description: 'Kept' }))
  const set = ['--set', 'name=Sales', '--set', 'inherit_contacts=false', '--file', file]
  const changed = await answered<Profile & { inherit_contacts: boolean }>(
    ['profile', 'update', id, ...set, ...url()],
    options,
  )
  assert.deepEqual([changed.name, changed.description, changed.inherit_contacts], ['Sales', 'Kept', false])
  assert.deepEqual(await get(), changed)
})

test('a member is cleared, and a dry run changes nothing and says so', async () => {
  const dry = await letterhead(['profile', 'update', id, '--clear', 'description', '--sandbox', ...url()], options)
  assert.match(dry.stderr, /nothing was changed/)
  assert.equal((await get()).description, 'Kept')
  await answered(['profile', 'update', id, '--clear', 'description', ...url()], options)
  assert.equal((await get()).description, null)
})

test('one member of the brand is changed alone, and null clears it', async () => {
  const cityAfter = async (assignment: string) => {
    const command = ['profile', 'update', id, '--set', assignment, ...url()]
    return (await answered<{ brand: { business: { city: string | null } } }>(command, options)).brand.business.city
  }
  assert.equal(await cityAfter('brand.business.city=Rome'), 'Rome')
  assert.equal(await cityAfter('brand.business.street=Via Appia'), 'Rome')
  assert.equal(await cityAfter('brand.business.city=null'), null)
})

test('a change on an old tag is refused, and a repeated one is done once', async () => {
  const { etag } = await get()
  const first = ['profile', 'update', id, '--set', 'name=First', '--if-match', etag, ...url()]
  await answered(first, options)
  assert.equal((await refused(first, options)).code, 'PRECONDITION_001')
  const once = ['profile', 'update', id, '--set', 'name=Once', '--idempotency-key', 'once', ...url()]
  const [a, b] = [await answered<Profile>(once, options), await answered<Profile>(once, options)]
  assert.deepEqual(b, a)
})

test('B7: a member that the API does not know ends with 64, names the right one, and changes nothing', async () => {
  const before = await get()
  const file = join(await directory.path(), 'typo.json')
  await writeFile(file, JSON.stringify({ description: 'Never', brand: { business: { legal_name: 'Acme' } } }))
  const cases: [string[], string, string][] = [
    [['--set', 'nam=x'], 'nam', 'did you mean name?'],
    [['--set', 'brand.business.citty=Rome', '--set', 'name=Never'], 'brand.business.citty', 'brand.business.city?'],
    [['--clear', 'icno'], 'icno', 'did you mean icon?'],
    [['--file', file], 'brand.business.legal_name', 'did you mean brand.business.legalName?'],
    [['--set', 'colour=blue', '--sandbox'], 'colour', 'colour is not a known member'],
  ]
  for (const [args, member, says] of cases) {
    const refusal = await refused(['profile', 'update', id, ...args, ...url()], options)
    assert.deepEqual([refusal.exit, refusal.code], [64, 'USAGE'], member)
    assert.ok(refusal.details?.[member]?.[0]?.endsWith(says), JSON.stringify(refusal.details))
  }
  assert.deepEqual(await get(), before)
})

test('C16: the request that the first start prints has no fixed key, so an edited copy is a new request', async () => {
  const { request } = server
  assert.match(request, /^curl -X PATCH /)
  const shell = promisify(execFile)
  for (const name of ['Sales Team - Updated', 'Edited once', 'Edited twice']) {
    const { stdout } = await shell('sh', ['-c', `${request.replace('Sales Team - Updated', name)} -s`])
    assert.equal((JSON.parse(stdout) as { data: { name: string } }).data.name, name)
    assert.equal((await get()).name, name)
  }
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const [printed = ''] = /curl -X PATCH[\s\S]*?\}'/.exec(readme) ?? []
  const bare = (text: string) => text.replaceAll(/\/v3\/profiles\/.+|http:\/\/[^/]+|x-api-key: [^']+/g, '')
  assert.equal(bare(printed), bare(request))
})

test("the API's own code and details are told, an unknown profile ends with 3, and the key is never shown", async () => {
  const wrong = await refused(['profile', 'update', id, '--set', 'name=', ...url()], options)
  assert.deepEqual([wrong.exit, wrong.code, Object.keys(wrong.details ?? {})], [1, 'VALIDATION_001', ['name']])
  const unknown = '11111111-1111-4111-8111-111111111111'
  assert.equal((await refused(['profile', 'get', unknown, ...url()], options)).exit, 3)
  assert.equal((await refused(['profile', 'list', '--url', 'http://127.0.0.1:9'], options)).code, 'UNREACHABLE')
  const denied = await letterhead(['profile', 'list', ...url(), '--api-key', 'sk_live_secret'], options)
  assert.equal(denied.code, 1)
  assert.ok(!(denied.stdout + denied.stderr).includes('secret'))
})

test('commands work beside the running server, and a suspended user is out at once', async () => {
  const [organization] = await answered<{ id: string }[]>(['org', 'list'], options)
  const org = ['--org', organization?.id ?? '']
  const other = ['--email', 'second@example.com', '--name', 'Second', '--role', 'admin']
  await answered(['user', 'add', ...org, ...other], options)
  const key = await answered(['key', 'create', ...org, '--role', 'admin'], options)
  // Another admin, because the last one cannot be suspended.
  await answered(['key', 'create', ...org, '--role', 'admin'], options)
  const own = { env: { ...options.env, LETTERHEAD_API_KEY: key.api_key ?? '' } }
  await answered(['profile', 'update', id, '--set', 'name=Service', ...url()], own)
  await answered(['user', 'suspend', ...org, '--user', key.user_id ?? ''], options)
  const late = await refused(['profile', 'update', id, '--set', 'name=Late', ...url()], own)
  assert.equal(late.code, 'AUTH_004')
  assert.equal((await get()).name, 'Service')
})

test('a review by the operator sets the status, with a reason in the history and an actor that is no user', async () => {
  const review = (...args: string[]) => ['profile', 'review', id, ...args]
  const rejected = await answered<{ from: string; to: string }>(review('--reject', '--reason', 'No web site'), options)
  assert.equal(rejected.to, 'rejected')
  assert.equal(((await get()) as unknown as { status: string }).status, 'rejected')
  const approved = await answered<{ from: string; to: string }>(review('--approve'), options)
  assert.deepEqual([approved.from, approved.to], ['rejected', 'approved'])
  const answer = await fetch(`${server.url}/v3/profiles/${id}/history?page_size=2`, {
    headers: { 'x-api-key': server.apiKey ?? '' },
  })
  const { data } = (await answer.json()) as {
    data: {
      changes: { operation: string; actor: string; key_id: unknown; changes: { member: string; to: unknown }[] }[]
    }
  }
  const [newer, older] = data.changes
  assert.deepEqual([newer?.operation, newer?.actor, newer?.key_id], ['reviewProfile', 'operator', null])
  assert.deepEqual(
    older?.changes.map(({ member, to }) => [member, to]),
    [
      ['status', 'rejected'],
      ['review.reason', 'No web site'],
    ],
  )
  assert.equal((await refused(review('--reject'), options)).code, 'USAGE')
  assert.equal((await refused(review('--approve', '--reject'), options)).code, 'USAGE')
  const unknown = ['profile', 'review', '770e8400-e29b-41d4-a716-446655440009', '--approve']
  assert.equal((await refused(unknown, options)).code, 'NOT_FOUND')
})

test('E2: a table whose row-level security is off makes the running server unready, and doctor names it', async () => {
  const owner = await connectOwner((await keepRunning(directory)).owner)
  // The server asks its database once a second at most.
  const readiness = async (expected: number) => {
    const until = Date.now() + 10_000
    let status = 0
    while (status !== expected && Date.now() < until) {
      status = (await fetch(`${server.opsUrl}/readyz`)).status
      await sleep(50)
    }
    return status
  }
  try {
    assert.equal(await readiness(200), 200)
    for (const table of ['webhooks', 'campaigns']) {
      await owner.query(`alter table ${table} disable row level security`)
      try {
        assert.equal(await readiness(503), 503, table)
        const doctor = await letterhead(['doctor', '--json'], options)
        assert.equal(doctor.code, 1)
        const { problems } = JSON.parse(doctor.stdout) as { problems: string[] }
        assert.match(problems.join('\n'), new RegExp(`The table ${table} lacks row-level security`))
      } finally {
        await owner.query(`alter table ${table} enable row level security`)
      }
    }
    assert.equal(await readiness(200), 200)
  } finally {
    await owner.close()
  }
})
