import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isIpAddress, isPublicName, siteLabel, siteOf } from './site.ts'

test('the name that an owner registered, below public and private suffixes', () => {
  for (const [host, site] of [
    ['www.acme.com', 'acme.com'],
    ['mail.acme.co.uk.', 'acme.co.uk'],
    ['acme.github.io', 'acme.github.io'],
    ['shop.acme.myshopify.com', 'acme.myshopify.com'],
    ['müller.example.de', 'example.de'],
    ['www.müller.de', 'xn--mller-kva.de'],
    ['co.uk', null],
    ['198.51.100.7', null],
  ] as const)
    assert.equal(siteOf(host), site, host)
  assert.equal(siteLabel('www.acme.co.uk'), 'acme')
  assert.equal(siteLabel('198.51.100.7'), null)
})

test('names and addresses', () => {
  assert.equal(isPublicName('acme.com'), true)
  assert.equal(isPublicName('acme.notasuffix'), false)
  assert.equal(isIpAddress('198.51.100.7'), true)
  assert.equal(isIpAddress('acme.com'), false)
})
