import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../kit/app.ts'
import { brandWithTaxId, completableProfile, complete, settle, stepOf } from '../../kit/completion.ts'

describe('from settings to a sender', () => {
  test('a brand whose tax id the registry doubts is corrected and approved', async () => {
    await using app = await testApp()
    const org = await app.organization()
    const { id } = await completableProfile(org, { brand: brandWithTaxId('12-3450000') })
    const path = `/v3/profiles/${id}`

    const accepted = await complete(org.admin, id)
    assert.equal(accepted.status, 202, accepted.text)
    assert.equal(accepted.data.message, 'Profile completion in progress')
    assert.match(String(accepted.data.callback_signing_secret), /^whsec_/)
    const locked = await org.admin.patch(path, { brand: brandWithTaxId('12-3456789') })
    assert.deepEqual(
      [locked.status, locked.error.details],
      [400, { brand: ['Brand is being submitted to TCR and cannot be modified.'] }],
    )

    const doubted = await settle(app, org.admin, id)
    assert.equal(doubted.state, 'correction_needed', JSON.stringify(doubted, null, 1))
    const identity = stepOf(doubted, 'identity')
    assert.deepEqual(identity.feedback, [
      {
        category: 'TAX_ID',
        fields: ['brand.business.taxId', 'brand.business.legalName'],
        says: 'The tax id does not belong to the legal name.',
      },
    ])
    assert.equal((await org.admin.get(path)).data.status, 'incomplete')

    const corrected = await org.admin.patch(path, { brand: brandWithTaxId('12-3456789') })
    assert.equal(corrected.status, 200, corrected.text)
    assert.equal((await complete(org.admin, id)).status, 202)
    const done = await settle(app, org.admin, id)
    assert.equal(done.state, 'completed', JSON.stringify(done, null, 1))
    assert.deepEqual(
      done.steps.map(({ step, state }) => [step, state]),
      [
        ['copy_numbers', 'skipped'],
        ['brand', 'done'],
        ['identity', 'done'],
        ['vetting', 'skipped'],
        ['campaign', 'done'],
        ['campaign_review', 'done'],
        ['carrier', 'done'],
        ['whatsapp', 'skipped'],
        ['status', 'done'],
      ],
    )
    const profile = (await org.admin.get(path)).data
    assert.equal(profile.status, 'approved')
    const again = await complete(org.admin, id)
    assert.deepEqual([again.status, again.data.status], [200, 'completed'])
  })
})
