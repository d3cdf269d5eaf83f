import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aRegistryCampaign } from '../../../test/kit/builders/registry.ts'
import { campaignBody, pathOfField } from './body.ts'

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

test('D12: the example of a link is the first in the samples, also as a bare domain, and never a placeholder', () => {
  const exampleIn = (...samples: string[]) =>
    campaignBody(aRegistryCampaign('BTEST01', { hasEmbeddedLink: true, samples })).embeddedLinkSample
  assert.equal(exampleIn('Hello.', 'Track it: acme.com/t/123.'), 'acme.com/t/123')
  assert.equal(exampleIn('Short: bit.ly/3xYz, thanks'), 'bit.ly/3xYz')
  assert.equal(exampleIn('See (https://acme.com/t?a=1).'), 'https://acme.com/t?a=1')
  assert.equal(exampleIn('See <https://acme.com/t> now'), 'https://acme.com/t')
  assert.equal(exampleIn('See [URL]', 'See www.acme.com!'), 'www.acme.com')
  assert.equal(exampleIn('See [URL]', 'See {tracking_link}'), undefined)
  const without = campaignBody(aRegistryCampaign('BTEST01', { hasEmbeddedLink: false, samples: ['acme.com'] }))
  assert.equal('embeddedLinkSample' in without, false)
})
