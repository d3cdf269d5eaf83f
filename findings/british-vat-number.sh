#!/usr/bin/env bash
# Expected: a check of British VAT numbers takes GB and nine digits, as invoices and registers write them, and those of
#   Northern Ireland, which begin with XI in trade of goods with the EU since January 2021.
# So: validator's isVAT takes the nine digits with blanks at two places only (GB123 4567 82), and twelve, with a branch,
#   with one blank at a third (GB123456782 001): written together, both are refused. XI is known to none of validator,
#   jsvat and stdnum; validator throws for it.
# Versions: validator 13.15.35, jsvat 2.5.4, stdnum 1.12.0.
# Matters: the usual form of a right number is refused at registration, and a country taken from a form or from the
#   number itself ends in an exception instead of an answer.
# Instead: take out blanks, read XI as GB, and let a failed check of a tax id be a warning.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages validator@13.15.35 jsvat@2.5.4 stdnum@1.12.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const validator = require('validator')
const jsvat = require('jsvat')
const { stdnum } = require('stdnum')

const countries = Object.values(jsvat).filter((member) => member?.calcFn !== undefined)

function byValidator(text) {
  try {
    return validator.isVAT(text, text.slice(0, 2))
  } catch (error) {
    return error.message
  }
}

const seen = {}
// 123456782: invented, its checksum is right.
for (const text of ['GB123456782', 'GB123 4567 82', 'GB123456782001', 'GB123456782 001', 'XI123456782']) {
  seen[text] = {
    validator: byValidator(text),
    jsvat: jsvat.checkVAT(text, countries).isValid,
    stdnum: stdnum[text.slice(0, 2)]?.vat.validate(text).isValid ?? 'no such country',
  }
}
console.table(seen)

const rightToAll = { validator: true, jsvat: true, stdnum: true }
assert.deepEqual(seen, {
  GB123456782: { ...rightToAll, validator: false },
  'GB123 4567 82': rightToAll,
  GB123456782001: { ...rightToAll, validator: false },
  'GB123456782 001': rightToAll,
  XI123456782: { validator: "Invalid country code: 'XI'", jsvat: false, stdnum: 'no such country' },
})
EOF
