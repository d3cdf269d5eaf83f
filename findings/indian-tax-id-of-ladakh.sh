#!/usr/bin/env bash
# Expected: a check of Indian GSTINs knows the codes of all states and territories, or does not look at them.
# So: stdnum refuses 38 (Ladakh, a territory of its own since October 2019) and 97 (other territory) as an invalid
#   component, with a right checksum and seven years on. The newest code that it knows is 37.
# Versions: stdnum 1.12.0.
# Matters: businesses of a whole region cannot be registered where the check refuses. The answer says that the number is
#   wrong, not that its table is old, and tests with numbers of Maharashtra or Delhi never meet it.
# Instead: a failed check of a tax id is a warning; put 37 for 38 and 97 and the checksum that follows, to check the rest.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages stdnum@1.12.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const { stdnum } = createRequire(import.meta.url)('stdnum')

const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The last sign of a GSTIN: places weigh 1 and 2 in turn, the digits of each product to base 36 are added. */
function checkSign(body) {
  const sum = [...body]
    .map((sign, place) => signs.indexOf(sign) * (place % 2 === 0 ? 1 : 2))
    .reduce((total, product) => total + Math.floor(product / 36) + (product % 36), 0)
  return signs[(36 - (sum % 36)) % 36]
}

const seen = {}
const states = { '07': 'Delhi', 27: 'Maharashtra', 37: 'Andhra Pradesh', 38: 'Ladakh', 97: 'other territory' }
for (const [state, name] of Object.entries(states)) {
  const body = `${state}ABCFX1234L1Z` // an invented firm
  const { isValid, error } = stdnum.IN.gstin.validate(body + checkSign(body))
  seen[`${state} ${name}`] = isValid ? 'valid' : error.name
}
console.log(seen)
assert.deepEqual(seen, {
  '07 Delhi': 'valid',
  '27 Maharashtra': 'valid',
  '37 Andhra Pradesh': 'valid',
  '38 Ladakh': 'InvalidComponent',
  '97 other territory': 'InvalidComponent',
})
EOF
