import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { answered, dataDirectory, letterhead, refused, serve } from './letterhead.ts'

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
