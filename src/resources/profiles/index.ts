import type { Endpoint } from '../../http/endpoint.ts'
import { createProfile } from './endpoints/create.ts'
import { deleteProfile } from './endpoints/delete.ts'
import { getProfile } from './endpoints/get.ts'
import { getProfileHistory } from './endpoints/history.ts'
import { listProfilesEndpoint } from './endpoints/list.ts'
import { updateProfile } from './endpoints/update.ts'

export { historyEntry } from './change.rules.ts'
export { firstProfile } from './first-profile.rules.ts'
export type { Change } from './history.rules.ts'
export { haveNumbersChanged } from './history.store.ts'
export type { Profile, ProfileStatus } from './profile.fields.ts'
export { findProfile, listProfiles, profileTarget, readProfile } from './profile.store.ts'
export { updateRequest } from './profile-request.fields.ts'
export { insertProfile } from './profile-write.store.ts'
export { ADVANCE_JOB } from './run.store.ts'
export { changeProfile, holdProfile } from './system-change.store.ts'

export const profileEndpoints: readonly Endpoint[] = [
  listProfilesEndpoint,
  createProfile,
  getProfile,
  updateProfile,
  deleteProfile,
  getProfileHistory,
]
