/** Who may do what. Default deny: an operation or role that is not in the table is refused. Source: contract 6.2. */

export const ROLES = ['owner', 'admin', 'developer', 'billing'] as const
export type Role = (typeof ROLES)[number]

const EVERYONE: readonly Role[] = ROLES
const ADMINS: readonly Role[] = ['owner', 'admin']

/** How a refusal is worded: changes say "admin access", reads say "access" (contract 2.1). */
export interface Permission {
  roles: readonly Role[]
  changes: boolean
}

export const PERMISSIONS = {
  listProfiles: { roles: EVERYONE, changes: false },
  getProfile: { roles: EVERYONE, changes: false },
  createProfile: { roles: ADMINS, changes: true },
  updateProfile: { roles: ADMINS, changes: true },
  deleteProfile: { roles: ADMINS, changes: true },
  getProfileHistory: { roles: EVERYONE, changes: false },
  getEffectiveSettings: { roles: EVERYONE, changes: false },
  previewProfile: { roles: ADMINS, changes: true },
  listProfileKeys: { roles: ADMINS, changes: false },
  createProfileKey: { roles: ADMINS, changes: true },
  revokeProfileKey: { roles: ADMINS, changes: true },
  listCampaigns: { roles: EVERYONE, changes: false },
  createCampaign: { roles: ADMINS, changes: true },
  updateCampaign: { roles: ADMINS, changes: true },
  deleteCampaign: { roles: ADMINS, changes: true },
  lintProfile: { roles: EVERYONE, changes: true },
  completeProfile: { roles: ADMINS, changes: true },
  getProfileRegistration: { roles: EVERYONE, changes: false },
  getMe: { roles: EVERYONE, changes: false },
  listUsers: { roles: EVERYONE, changes: false },
  getUser: { roles: EVERYONE, changes: false },
  inviteUser: { roles: ADMINS, changes: true },
  updateUserRole: { roles: ADMINS, changes: true },
  removeUser: { roles: ADMINS, changes: true },
  listTemplates: { roles: EVERYONE, changes: false },
  createTemplate: { roles: EVERYONE, changes: true },
  getTemplate: { roles: EVERYONE, changes: false },
  updateTemplate: { roles: EVERYONE, changes: true },
  deleteTemplate: { roles: EVERYONE, changes: true },
  listWebhooks: { roles: EVERYONE, changes: false },
  createWebhook: { roles: EVERYONE, changes: true },
  listWebhookEventTypes: { roles: EVERYONE, changes: false },
  getWebhook: { roles: EVERYONE, changes: false },
  updateWebhook: { roles: EVERYONE, changes: true },
  deleteWebhook: { roles: EVERYONE, changes: true },
  toggleWebhook: { roles: EVERYONE, changes: true },
  rotateWebhookSecret: { roles: EVERYONE, changes: true },
  testWebhook: { roles: EVERYONE, changes: true },
  listWebhookDeliveries: { roles: EVERYONE, changes: false },
  replayWebhook: { roles: EVERYONE, changes: true },
  listContacts: { roles: EVERYONE, changes: false },
  createContact: { roles: EVERYONE, changes: true },
  getContact: { roles: EVERYONE, changes: false },
  updateContact: { roles: EVERYONE, changes: true },
  deleteContact: { roles: EVERYONE, changes: true },
  lookUpNumber: { roles: EVERYONE, changes: false },
} as const satisfies Record<string, Permission>

export type Operation = keyof typeof PERMISSIONS

/** Whether the role may run the operation. */
export function isAllowed(operation: Operation, role: Role): boolean {
  return (PERMISSIONS[operation]?.roles as readonly Role[] | undefined)?.includes(role) ?? false
}

/** Only the owner and admins see a tax id in full (decision 19). */
export function seesTaxId(role: Role): boolean {
  return role === 'owner' || role === 'admin'
}
