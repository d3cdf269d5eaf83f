#!/usr/bin/env bash
# Expected: the libraries for phone numbers, released every few weeks from the same public metadata, know an American
#   area code that has been in service since March 2024.
# So: every number of the area code 436 (overlay of 440, Ohio) is "possible" and not "valid" to all three, with
#   metadata of late 2026. The area code beside it and others opened in those years are known, so a test with a new
#   area code does not show the gap.
# Versions: google-libphonenumber 3.2.47, libphonenumber-js 1.13.16, awesome-phonenumber 7.8.0.
# Matters: isValid as a gate refuses real customers and recipients for years; an import of contacts loses them.
# Instead: refuse by grammar and isPossible; report isValid.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages google-libphonenumber@3.2.47 libphonenumber-js@1.13.16 awesome-phonenumber@7.8.0

run <<'EOF'
import assert from 'node:assert/strict'
import { parsePhoneNumber } from 'awesome-phonenumber'
import google from 'google-libphonenumber'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

const util = google.PhoneNumberUtil.getInstance()
const libraries = {
  google: (text) => [util.isPossibleNumber(util.parse(text)), util.isValidNumber(util.parse(text))],
  js: (text) => [parsePhoneNumberFromString(text).isPossible(), parsePhoneNumberFromString(text).isValid()],
  awesome: (text) => [parsePhoneNumber(text).possible, parsePhoneNumber(text).valid],
}

const seen = {}
// 555-01xx is kept for fiction in every area code.
for (const text of ['+14405550123', '+14365550123', '+12835550123', '+18215550123']) {
  for (const [name, ask] of Object.entries(libraries)) {
    const [possible, valid] = ask(text)
    seen[text] = { ...seen[text], [name]: valid ? 'valid' : possible ? 'possible' : 'impossible' }
  }
}
console.table(seen)

const all = (word) => ({ google: word, js: word, awesome: word })
assert.deepEqual(seen, {
  '+14405550123': all('valid'),
  '+14365550123': all('possible'),
  '+12835550123': all('valid'),
  '+18215550123': all('valid'),
})
EOF
