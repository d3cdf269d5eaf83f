#!/usr/bin/env bash
# Expected: "smart encoding" of SMS puts for each typographic sign the GSM sign that looks like it, so that a text of 160
#   characters fits into one segment: a space for a no-break space.
# So: sms-segments-calculator puts two spaces for a no-break space and for a thin space, and seven for a tab. A text of
#   160 characters with one price in it is counted as two segments; with a space in its place it is one.
# Versions: sms-segments-calculator 1.3.0 (by TwilioDevEd).
# Matters: Intl.NumberFormat writes a no-break space between currency and amount, so nearly each message with a price has
#   one. Shown prices and warnings are doubled, and texts are shortened that need not be.
# Instead: put one space for each blank before the text is counted, and before it is sent.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages sms-segments-calculator@1.3.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const { SegmentedMessage } = createRequire(import.meta.url)('sms-segments-calculator')

const price = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'CHF' }).format(1234.5)
const text = `Your invoice of ${price} is due on Monday. `.padEnd(160, 'Thank you for your order. ')
assert.equal(text.length, 160)

function count(body, smart) {
  const message = new SegmentedMessage(body, 'auto', smart)
  return `${message.encodingName}, ${message.segmentsCount} segments`
}

const seen = {
  'as it is': count(text, false),
  'smart encoding': count(text, true),
  'with a space instead': count(text.replace('\u00a0', ' '), false),
}
console.log(seen)
assert.deepEqual(seen, {
  'as it is': 'UCS-2, 3 segments',
  'smart encoding': 'GSM-7, 2 segments',
  'with a space instead': 'GSM-7, 1 segments',
})
EOF
