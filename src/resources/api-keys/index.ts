import type { Endpoint } from '../../http/endpoint.ts'
import { createProfileKey } from './endpoints/create.ts'
import { listProfileKeys } from './endpoints/list.ts'
import { revokeProfileKey } from './endpoints/revoke.ts'

export const keyEndpoints: readonly Endpoint[] = [listProfileKeys, createProfileKey, revokeProfileKey]

export {
  enterImportedKey,
  insertOperatorKey,
  listOrganizationKeys,
  revokeOrganizationKey,
} from './operator-key.store.ts'
