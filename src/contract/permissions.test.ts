import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowed, type Operation, PERMISSIONS, ROLES, type Role, seesTaxId } from './permissions.ts'

const EVERYONE = ['owner', 'admin', 'developer', 'billing']
const ADMINS = ['owner', 'admin']

/** Contract 6.2, written down a second time: whoever changes the table says so here too. */
const READS_OF_EVERYONE = [
  'listProfiles',
  'getProfile',
  'getProfileHistory',
  'getEffectiveSettings',
  'listCampaigns',
  'getProfileRegistration',
  'getMe',
  'listUsers',
  'getUser',
  'listWebhooks',
  'listWebhookEventTypes',
  'getWebhook',
  'listWebhookDeliveries',
  'listContacts',
  'getContact',
  'lookUpNumber',
  'listTemplates',
  'getTemplate',
]
const READS_OF_ADMINS = ['listProfileKeys']
const CHANGES_OF_EVERYONE = [
  'createWebhook',
  'updateWebhook',
  'deleteWebhook',
  'toggleWebhook',
  'rotateWebhookSecret',
  'testWebhook',
  'replayWebhook',
  'lintProfile',
  'createContact',
  'updateContact',
  'deleteContact',
  'createTemplate',
  'updateTemplate',
  'deleteTemplate',
]
const CHANGES_OF_ADMINS = [
  'createProfile',
  'updateProfile',
  'deleteProfile',
  'createProfileKey',
  'revokeProfileKey',
  'createCampaign',
  'updateCampaign',
  'deleteCampaign',
  'completeProfile',
  'inviteUser',
  'updateUserRole',
  'removeUser',
  'previewProfile',
]

const MATRIX: [names: string[], roles: string[], changes: boolean][] = [
  [READS_OF_EVERYONE, EVERYONE, false],
  [READS_OF_ADMINS, ADMINS, false],
  [CHANGES_OF_EVERYONE, EVERYONE, true],
  [CHANGES_OF_ADMINS, ADMINS, true],
]

test('the table is the published matrix, cell for cell, and each operation is in it once', () => {
  assert.deepEqual(MATRIX.flatMap(([names]) => names).sort(), Object.keys(PERMISSIONS).sort())
  for (const [names, roles, changes] of MATRIX) {
    for (const name of names as Operation[]) {
      assert.equal(PERMISSIONS[name].changes, changes, name)
      for (const role of EVERYONE as Role[])
        assert.equal(isAllowed(name, role), roles.includes(role), `${name} as ${role}`)
    }
  }
})

test('there are four roles', () => {
  assert.deepEqual(ROLES, EVERYONE)
})

test('an operation or a role that is not in the table is refused', () => {
  assert.equal(isAllowed('dropEverything' as Operation, 'owner'), false)
  for (const role of ['', 'root', 'Owner', 'owner ']) assert.equal(isAllowed('getMe', role as Role), false, role)
})

test('a tax id is seen in full by the owner and admins alone', () => {
  assert.deepEqual(ROLES.filter(seesTaxId), ADMINS)
  assert.equal(seesTaxId('' as Role), false)
})
