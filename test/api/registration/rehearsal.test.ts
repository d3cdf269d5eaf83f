import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { complete, type ShownRegistration, settle } from '../../kit/completion.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'

/** The rehearsal that `docs/guides/rehearse-a-rejection.md` prints, with its own texts. */

const page = await readFile(join(packageRoot, 'docs/guides/rehearse-a-rejection.md'), 'utf8')

/** The JSON between two texts of the page. */
function printed(from: string, to: string): string {
  const begin = page.indexOf(from) + from.length
  return page.slice(begin, page.indexOf(to, begin))
}

const profile = JSON.parse(printed("send POST '' '", "' | jq")) as Json
const campaign = (text: string) =>
  JSON.parse(printed("  echo '", "'\n}").replace(`'"$1"'`, text)) as { campaign: object }

async function completed(app: TestApp, org: TestOrganization, id: string): Promise<ShownRegistration> {
  assert.equal((await complete(org.admin, id)).status, 202)
  return settle(app, org.admin, id)
}

function wrong({ steps }: ShownRegistration): [string | undefined, string | undefined] {
  const step = steps.find(({ state }) => state === 'correction_needed')
  return [step?.step, step?.feedback[0]?.says]
}

test('D14: the printed rehearsal is refused three times as it says, and approved in the end', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const made = await org.admin.post('/v3/profiles', profile)
  assert.equal(made.status, 201, made.text)
  const id = String(made.data.id)
  const path = `/v3/profiles/${id}`
  const created = await org.admin.post(`${path}/campaigns`, campaign('[decline]'))
  assert.equal(created.status, 201, created.text)

  const doubted = await completed(app, org, id)
  assert.deepEqual(wrong(doubted), ['identity', 'The tax id does not belong to the legal name.'])
  const merge = { 'content-type': 'application/merge-patch+json' }
  await org.admin.patch(path, { brand: { business: { taxId: '12-3456789' } } }, merge)
  const declined = await completed(app, org, id)
  assert.equal(wrong(declined)[0], 'campaign_review', JSON.stringify(declined))
  await org.admin.put(`${path}/campaigns/${String(created.data.id)}`, campaign('who asked for them'))
  await org.admin.patch(path, { sending_phone_number: '+12025550004' })
  assert.equal(wrong(await completed(app, org, id))[0], 'carrier')
  await org.admin.patch(path, { sending_phone_number: '+12025550123' })
  const done = await completed(app, org, id)
  assert.deepEqual([done.state, done.profile_status, done.fees_total], ['completed', 'approved', 39])
})
