#!/usr/bin/env bash
# Expected: a mailer reads the sender and the recipient that it is given. One sender, frozen with the rest of the
#   configuration, serves for every mail.
# So: nodemailer assigns to the object of the caller. With a frozen one no mail is made at all: sendMail rejects with a
#   TypeError that has no code.
# Versions: nodemailer 10.6.1.
# Matters: an error without a code is taken for a server that is not there, and tried again for days: no invitation
#   leaves, and no test with plain objects sees it.
# Instead: give each mail copies of its addresses.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages nodemailer@10.6.1

run <<'EOF'
import assert from 'node:assert/strict'
import { createTransport } from 'nodemailer'

const transport = createTransport({ streamTransport: true, buffer: true })
const mail = { subject: 'Invitation', text: 'You are invited.' }
const to = { name: 'Jane Doe', address: 'jane@example.com' }

async function send(from) {
  try {
    const { envelope } = await transport.sendMail({ ...mail, from, to: { ...to } })
    return `sent from ${envelope.from}`
  } catch (error) {
    return `${error.name}, code ${error.code}`
  }
}

const seen = {
  'a frozen sender': await send(Object.freeze({ name: 'Acme', address: 'news@example.com' })),
  'a copy of it': await send({ ...Object.freeze({ name: 'Acme', address: 'news@example.com' }) }),
}
console.log(seen)
assert.deepEqual(seen, {
  'a frozen sender': 'TypeError, code undefined',
  'a copy of it': 'sent from news@example.com',
})
EOF
