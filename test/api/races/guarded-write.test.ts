import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../src/contract/new-id.ts'
import { nowWireTimestamp } from '../../../src/contract/timestamp.ts'
import type { Executor } from '../../../src/db/database.ts'
import { databaseTrouble } from '../../../src/db/database-error.ts'
import type { Caller } from '../../../src/http/caller.ts'
import { findProfile, type Profile } from '../../../src/resources/profiles/index.ts'
import { saveProfile, type Writing } from '../../../src/resources/profiles/profile-write.store.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { subscribe } from '../../kit/builders/subscription.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/**
 * What a write does when the row is not what it was read as: nothing at all. History, event, job, brand and stored response are
 * there exactly when the profile was changed, in whatever way its row came to differ, and a taken Idempotency-Key is the only
 * thing that is told as an error.
 */
describe('I17: a write whose profile is not what was read', () => {
  let app: TestApp
  let org: TestOrganization
  let caller: Caller

  before(async () => {
    app = await testApp()
    org = await app.organization()
    await subscribe(app, org.id)
    const [{ data_key: dataKey } = { data_key: '' }] = await app.sql<{ data_key: string }>(
      'select data_key from organizations where organization_id = $1',
      [org.id],
    )
    caller = {
      keyId: org.admin.keyId ?? '',
      userId: org.admin.userId ?? '',
      userEmail: 'admin@example.com',
      role: 'admin',
      mode: 'live',
      organization: { organization_id: org.id } as Caller['organization'],
      cipher: app.keys.open(dataKey, org.id),
      actingProfileId: null,
      isScopedByHeader: false,
      hasWebhooks: true,
      customerId: org.id,
    }
  })
  after(() => app[Symbol.asyncDispose]())

  async function read(): Promise<Profile> {
    const { id } = await org.profile({ brand: aBrand() })
    const profile = await findProfile(app.app.db, caller, id)
    assert.ok(profile?.brand)
    return profile
  }

  /** Writes a new name, and the brand with another city, with an event and a stored response under `key`. */
  function save(db: Executor, profile: Profile, name: string, key: string): Promise<boolean> {
    const { brand } = profile
    assert.ok(brand)
    const writing: Writing = {
      caller,
      history: { operation: 'updateProfile', request_id: 'req_test', changes: [] },
      at: nowWireTimestamp(),
      brand: { id: brand.id, sections: { ...brand, business: { ...brand.business, city: name } }, isNew: false },
      payment_method: null,
      events: [{ type: 'profile.updated', payload: {} }],
      kept: {
        id: newId(),
        customerId: org.id,
        mode: 'live',
        key,
        operation: 'updateProfile',
        target: profile.id,
        fingerprint: '',
        requestId: 'req_test',
        isSandbox: false,
        status: 200,
        etag: null,
        answer: null,
      },
    }
    return saveProfile(db, { ...profile, name }, writing)
  }

  /** All that a write could have left of a profile. */
  async function traces({ id }: Profile): Promise<object> {
    const [row] = await app.sql(
      `select (select row(p.version, p.name, p.event_sequence, p.updated_at)::text from profiles p where p.id = $1) as profile,
              (select row(b.business, b.contact, b.updated_at)::text from brands b where b.owner_id = $1) as brand,
              (select count(*)::int from profile_history h where h.profile_id = $1) as history,
              (select count(*)::int from events e where e.profile_id = $1) as events,
              (select count(*)::int from jobs j join events e on e.id = j.subject_id where e.profile_id = $1) as jobs,
              (select count(*)::int from idempotency_keys i where i.target = $1::text) as stored`,
      [id],
    )
    return row ?? {}
  }

  const raise = (profile: Profile, by: number) =>
    app.sql('update profiles set version = version + $2 where id = $1', [profile.id, by])

  async function isKeyTaken(writing: Promise<boolean>): Promise<boolean> {
    const error = await writing.then(
      () => null,
      (reason: unknown) => reason,
    )
    return databaseTrouble(error).kind === 'unique' && /idempotency/.test(String(error))
  }

  test('the first write leaves one of each', async () => {
    const profile = await read()
    const before = (await traces(profile)) as Record<string, number>
    assert.equal(await save(app.app.db.writes, profile, 'First', 'first'), true)
    const after = (await traces(profile)) as Record<string, number>
    for (const what of ['history', 'events', 'jobs', 'stored']) assert.equal(after[what], (before[what] ?? 0) + 1, what)
    assert.match(String(after.profile), /First/)
    assert.match(String(after.brand), /First/)
  })

  test('a taken key is told as such, and leaves nothing', async () => {
    const [profile, other] = [await read(), await read()]
    assert.equal(await save(app.app.db.writes, other, 'Other', 'taken'), true)
    const before = await traces(profile)
    assert.equal(await isKeyTaken(save(app.app.db.writes, profile, 'Taken', 'taken')), true)
    assert.deepEqual(await traces(profile), before)
  })

  const WAYS: [string, (profile: Profile) => Promise<unknown>][] = [
    ['was changed once', (profile) => org.admin.patch(`/v3/profiles/${profile.id}`, { short_name: 'ONE' })],
    [
      'was changed twice',
      async (profile) => {
        await org.admin.patch(`/v3/profiles/${profile.id}`, { short_name: 'ONE' })
        await org.admin.patch(`/v3/profiles/${profile.id}`, { short_name: 'TWO' })
      },
    ],
    ['was deleted', (profile) => org.admin.delete(`/v3/profiles/${profile.id}`)],
    ['has a version more without a line of history', (profile) => raise(profile, 1)],
    ['has two versions more without history', (profile) => raise(profile, 2)],
    [
      'was changed, and its history was pruned',
      async (profile) => {
        await org.admin.patch(`/v3/profiles/${profile.id}`, { short_name: 'ONE' })
        await app.sql('delete from profile_history where profile_id = $1', [profile.id])
      },
    ],
    [
      'has an earlier version, as after a failover that lost a commit',
      async (profile) => {
        await raise(profile, -1)
        await app.sql('delete from profile_history where profile_id = $1 and version = $2', [
          profile.id,
          profile.version,
        ])
      },
    ],
    [
      'is gone, as after a failover that lost its creation',
      (profile) => app.sql('delete from profiles where id = $1', [profile.id]),
    ],
    [
      'is marked as deleted without a version',
      (profile) => app.sql('update profiles set deleted_at = now() where id = $1', [profile.id]),
    ],
  ]
  for (const [says, way] of WAYS) {
    for (const isTaken of [false, true]) {
      test(`nothing is written where it ${says}${isTaken ? ', whether or not the key is taken' : ''}`, async () => {
        const profile = await read()
        const key = newId()
        if (isTaken) assert.equal(await save(app.app.db.writes, await read(), 'Taken', key), true)
        // A second version, so that there is one to go back to.
        await org.admin.patch(`/v3/profiles/${profile.id}`, { description: 'read after this' })
        const current = await findProfile(app.app.db, caller, profile.id)
        assert.ok(current)
        await way(current)
        const before = await traces(current)
        assert.equal(await save(app.app.db.writes, current, 'Late', key), false)
        assert.deepEqual(await traces(current), before)
      })
    }
  }

  test('a profile whose version went back is not stuck: the changes after that succeed', async () => {
    const profile = await read()
    await org.admin.patch(`/v3/profiles/${profile.id}`, { short_name: 'ONE' })
    const ahead = await findProfile(app.app.db, caller, profile.id)
    assert.ok(ahead)
    await raise(profile, -1)
    await app.sql('delete from profile_history where profile_id = $1 and version = $2', [profile.id, ahead.version])
    assert.equal(await save(app.app.db.writes, ahead, 'Ahead', newId()), false)
    for (const name of ['A', 'B', 'C']) {
      assert.equal((await org.admin.patch(`/v3/profiles/${profile.id}`, { name })).status, 200)
    }
  })

  test('of four at once from one version one wins, and the others leave nothing', async () => {
    const profile = await read()
    const before = (await traces(profile)) as Record<string, number>
    const names = ['A', 'B', 'C', 'D']
    const won = await Promise.all(names.map((name) => save(app.app.db.writes, profile, `Four ${name}`, newId())))
    assert.deepEqual(won.toSorted(), [false, false, false, true])
    const after = (await traces(profile)) as Record<string, number>
    for (const what of ['history', 'events', 'jobs', 'stored']) assert.equal(after[what], (before[what] ?? 0) + 1, what)
    const winner = names[won.indexOf(true)]
    assert.match(String(after.profile), new RegExp(`Four ${winner}`))
    assert.match(String(after.brand), new RegExp(`Four ${winner}`))
  })

  test('in a round trip of sixteen a taken key is told to its own request, and the others are written', async () => {
    const profiles = await Promise.all(Array.from({ length: 16 }, () => read()))
    const key = newId()
    assert.equal(await save(app.app.db.writes, await read(), 'Holder', key), true)
    const outcomes = await Promise.allSettled(
      profiles.map((profile, at) => save(app.app.db.writes, profile, `Sixteen ${at}`, at === 7 ? key : newId())),
    )
    const refused = outcomes.flatMap((outcome, at) => (outcome.status === 'rejected' ? [at] : []))
    assert.deepEqual(refused, [7])
    assert.ok(outcomes.every((outcome) => outcome.status === 'rejected' || outcome.value))
    for (const [at, profile] of profiles.entries()) {
      const { profile: row } = (await traces(profile)) as { profile: string }
      assert.equal(row.includes(`Sixteen ${at}`), at !== 7)
    }
  })

  test('in an open transaction a lost race is no error, and what else is in it is done', async () => {
    const [profile, other] = [await read(), await read()]
    await raise(profile, 1)
    const before = await traces(profile)
    const written = await app.app.db.transaction(org.id, async (tx) => [
      await save(tx, profile, 'Stale', newId()),
      await save(tx, other, 'Fresh', newId()),
    ])
    assert.deepEqual(written, [false, true])
    assert.deepEqual(await traces(profile), before)
    assert.match(String(((await traces(other)) as { profile: string }).profile), /Fresh/)
  })
})
