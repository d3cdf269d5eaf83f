import type { Endpoint } from '../../http/endpoint.ts'
import type { OpenEndpoint } from '../../http/public-endpoint.ts'
import { acceptInvitation } from './endpoints/accept-invitation.ts'
import { getUser } from './endpoints/get.ts'
import { getInvitation } from './endpoints/get-invitation.ts'
import { inviteUser } from './endpoints/invite.ts'
import { listUsersEndpoint } from './endpoints/list.ts'
import { rejectInvitation } from './endpoints/reject-invitation.ts'
import { removeUser } from './endpoints/remove.ts'
import { updateUserRole } from './endpoints/update-role.ts'

export const userEndpoints: readonly Endpoint[] = [listUsersEndpoint, inviteUser, getUser, updateUserRole, removeUser]

/** Asked with the token of an invitation instead of an API key. */
export const invitationEndpoints: readonly OpenEndpoint[] = [getInvitation, acceptInvitation, rejectInvitation]

export { sendInvitationJob } from './invitation.jobs.ts'
export {
  BY_OPERATOR,
  endKeysBranches,
  KEY_ACTOR_PARAMS,
  type KeyActor,
  keyActorParams,
  keyHistoryBranch,
} from './key-history.store.ts'
export { countOtherAdmins } from './member.store.ts'
export { ASSIGNABLE_ROLES } from './user.fields.ts'
export { removalProblem, roleProblem, suspensionProblem } from './user.rules.ts'
export { insertUser, listUsers, setUserRole, setUserStatus, type User } from './user.store.ts'
export { removeMember, SEND_INVITATION_JOB } from './user-write.store.ts'
