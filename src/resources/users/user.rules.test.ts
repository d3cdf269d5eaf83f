import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from '../../contract/permissions.ts'
import { canBeInvited, removalProblem, roleProblem, SENTENCES, suspensionProblem } from './user.rules.ts'

const STATUSES = ['invited', 'active', 'suspended', 'rejected'] as const
const admin = { id: 'a', role: 'admin', status: 'active' } as const

test('the sentences are those of the contract', () => {
  assert.deepEqual(SENTENCES, {
    removesSelf: 'You cannot remove yourself from the organization',
    removesLastAdmin: 'You cannot remove the last admin of the organization',
    changesOwnRole: 'You cannot change your own role',
    demotesLastAdmin: 'You cannot change the role of the last admin of the organization',
    suspendsLastAdmin: 'You cannot suspend the last admin of the organization',
    isTaken: 'A user with this email already exists in the organization',
  })
})

test('nobody changes the own role or removes themselves, however many admins there are', () => {
  for (const otherAdmins of [0, 5]) {
    const asked = { callerId: 'a', otherAdmins }
    assert.equal(roleProblem(admin, { ...asked, role: 'developer' }), SENTENCES.changesOwnRole)
    assert.equal(removalProblem(admin, asked), SENTENCES.removesSelf)
  }
})

test('to ask for the role that one has is no change, even of the own one or of the last admin', () => {
  for (const callerId of ['a', 'b', null])
    assert.equal(roleProblem(admin, { role: 'admin', callerId, otherAdmins: 0 }), null)
})

test('the last active admin stays; any other user may go', () => {
  for (const role of ROLES) {
    for (const status of STATUSES) {
      for (const otherAdmins of [0, 1]) {
        const isLast = role === 'admin' && status === 'active' && otherAdmins === 0
        const user = { id: 'a', role, status }
        const other = role === 'developer' ? 'billing' : 'developer'
        const label = `${role} ${status} ${otherAdmins}`
        for (const callerId of ['b', null]) {
          const demoted = roleProblem(user, { role: other, callerId, otherAdmins })
          assert.equal(demoted, isLast ? SENTENCES.demotesLastAdmin : null, label)
          assert.equal(
            removalProblem(user, { callerId, otherAdmins }),
            isLast ? SENTENCES.removesLastAdmin : null,
            label,
          )
        }
        assert.equal(suspensionProblem(user, otherAdmins), isLast ? SENTENCES.suspendsLastAdmin : null, label)
      }
    }
  }
})

test('an address can be invited that nobody has, or whose user has not accepted', () => {
  assert.equal(canBeInvited(null), true)
  assert.deepEqual(
    STATUSES.filter((status) => canBeInvited({ status })),
    ['invited', 'rejected'],
  )
})
