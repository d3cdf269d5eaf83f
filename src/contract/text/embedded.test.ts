import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkIn, phoneIn } from './embedded.ts'

test('C2: links are addresses, names below a public suffix, and placeholders that say link or url', () => {
  for (const [text, link] of [
    ['See https://acme.example/a now', 'https://acme.example/a'],
    ['See HTTP://acme.example', 'HTTP://acme.example'],
    ['See www.acme.example', 'www.acme.example'],
    ['Track it: acme.com/t/123.', 'acme.com/t/123.'],
    ['bit.ly/3xYz', 'bit.ly/3xYz'],
    ['See ACME.COM today', 'ACME.COM'],
    ['shop.acme.co.uk, now', 'shop.acme.co.uk'],
    ['acme.github.io', 'acme.github.io'],
    ['m\u00fcnchen.de', 'm\u00fcnchen.de'],
    ['ready.Shop/now', 'ready.Shop/now'],
    ['[URL]', 'URL'],
    ['{tracking_link}', 'tracking_link'],
    ['{{1_url}}', '1_url'],
    ['<shortUrl>', 'shortUrl'],
    ['%LINKS%', 'LINKS'],
    ['{link}', 'link'],
  ] as const) {
    assert.equal(linkIn(text), link, text)
  }
  for (const text of [
    '',
    'Write to help@acme.com or help@mail.acme.com',
    'Your order is ready.Call us',
    'It costs 5.99 now, e.g. today at 10 a.m. Thanks',
    'See awww.acme or httpx://',
    'Version 1.2.3 of acme.local',
    '{linkedin_name} and [unlinked], {curl}, <name>, 50% off',
    'Reply STOP to end.',
  ]) {
    assert.equal(linkIn(text), null, text)
  }
})

test('C2: telephone numbers are those of the finder, in letters too, and placeholders that say phone', () => {
  for (const [text, phone] of [
    ['call 8005551234', '8005551234'],
    ['Call (202) 555-0100.', '(202) 555-0100'],
    ['Call 415-555-0113 now', '415-555-0113'],
    ['+44 20 7946 0000', '+44 20 7946 0000'],
    ['1-800-FLOWERS', '1-800-FLOWERS'],
    ['(800) GO-FEDEX today', '(800) GO-FEDEX'],
    ['Call {support_phone}', 'support_phone'],
    ['[Phone number]', 'Phone number'],
  ] as const) {
    assert.equal(phoneIn(text), phone, text)
  }
  for (const text of [
    '',
    'you earned +5 points',
    'Your code is 482913. It costs $1,234.50 until 12/01/2026 10:30',
    'Call +1',
    'Order 20-555-0100, 202-55-0100, 202-555-010',
    '1-800',
    'save 800 Points',
    '{headphones}',
  ]) {
    assert.equal(phoneIn(text), null, text)
  }
})
