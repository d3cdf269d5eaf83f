import type { Endpoint } from '../../http/endpoint.ts'
import { createProfile } from './endpoints/create.ts'
import { deleteProfile } from './endpoints/delete.ts'
import { getProfile } from './endpoints/get.ts'
import { getProfileHistory } from './endpoints/history.ts'
import { listProfilesEndpoint } from './endpoints/list.ts'
import { updateProfile } from './endpoints/update.ts'

export { firstProfile } from './first-profile.store.ts'
export { findProfile, listProfiles, type Profile } from './profile.store.ts'

export const profileEndpoints: readonly Endpoint[] = [
  listProfilesEndpoint,
  createProfile,
  getProfile,
  updateProfile,
  deleteProfile,
  getProfileHistory,
]
