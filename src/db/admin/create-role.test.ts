import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scramVerifier } from './create-role.ts'

test('a password is sent as PostgreSQL stores it', () => {
  // The keys of RFC 7677 section 3: user "user", password "pencil".
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
  assert.equal(
    scramVerifier('pencil', salt),
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
})

test('a verifier is salted afresh and holds no password', () => {
  const first = scramVerifier('pencil')
  assert.notEqual(first, scramVerifier('pencil'))
  assert.ok(!first.includes('pencil'))
})
