import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aRegistryCampaign } from '../../test/kit/registry-builders.ts'
import { campaignBody, pathOfField } from './ten-dlc-body.ts'

const ATTRIBUTES = ['numberPool', 'ageGated', 'directLending', 'affiliateMarketing'] as const

test('C2: what a campaign says of itself is sent by its own name, and false where it says nothing', () => {
  const plain = campaignBody(aRegistryCampaign('BTEST01'))
  assert.deepEqual(
    ATTRIBUTES.map((name) => plain[name]),
    [false, false, false, false],
  )
  for (const name of ATTRIBUTES) {
    const body = campaignBody(aRegistryCampaign('BTEST01', { [name]: true }))
    assert.deepEqual(
      ATTRIBUTES.filter((other) => body[other] === true),
      [name],
    )
    assert.equal(pathOfField('campaign', name), `campaign.${name}`)
  }
  const body = campaignBody(aRegistryCampaign('BTEST01', { hasEmbeddedLink: true }))
  assert.deepEqual([body.embeddedLink, body.embeddedPhone], [true, false])
  assert.equal(pathOfField('campaign', 'embeddedlink'), 'campaign.embeddedLink')
})
