import type { Endpoint } from '../../http/endpoint.ts'
import { createProfile } from './endpoints/create.ts'
import { deleteProfile } from './endpoints/delete.ts'
import { getEffectiveSettings } from './endpoints/effective.ts'
import { getProfile } from './endpoints/get.ts'
import { getProfileHistory } from './endpoints/history.ts'
import { lintProfile } from './endpoints/lint.ts'
import { listProfilesEndpoint } from './endpoints/list.ts'
import { updateProfile } from './endpoints/update.ts'

export { historyEntry, shown } from './change.rules.ts'
export { type EffectiveValue, effectiveValues, ORIGINS, type Surroundings, settingsIn } from './effective.rules.ts'
export { judgeChange, wantedReferences } from './endpoints/update.ts'
export { firstProfile } from './first-profile.rules.ts'
export type { Change } from './history.rules.ts'
export { haveNumbersChanged } from './history.store.ts'
export { CHANNEL_MEMBERS, type Channel, type NumberSource, numberOf } from './number-source.rules.ts'
export { findBorrowers, findNumberSources } from './number-source.store.ts'
export type { Profile, ProfileStatus } from './profile.fields.ts'
export { findProfile, listProfiles, profileTarget, readProfile } from './profile.store.ts'
export { updateDocument, updateRequest } from './profile-request.fields.ts'
export { insertProfile } from './profile-write.store.ts'
export type { Reference } from './reference.rules.ts'
export { findReferences } from './reference.store.ts'
export { ADVANCE_JOB } from './run.store.ts'
export { changeProfile, holdProfile } from './system-change.store.ts'

export const profileEndpoints: readonly Endpoint[] = [
  listProfilesEndpoint,
  createProfile,
  getProfile,
  updateProfile,
  deleteProfile,
  getProfileHistory,
  lintProfile,
  getEffectiveSettings,
]
