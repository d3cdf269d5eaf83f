import type { Endpoint } from '../../http/endpoint.ts'
import { createProfileKey } from './endpoints/create.ts'
import { listProfileKeys } from './endpoints/list.ts'
import { revokeProfileKey } from './endpoints/revoke.ts'

export const keyEndpoints: readonly Endpoint[] = [listProfileKeys, createProfileKey, revokeProfileKey]

export { KEYS_MAX } from './api-key.fields.ts'
export { countKeys } from './api-key.store.ts'
export {
  forgetOrganizationKey,
  hasLiveKey,
  insertImportedKey,
  insertOperatorKey,
  listKeyHistory,
  listOrganizationKeys,
  revokeOrganizationKey,
} from './operator-key.store.ts'
