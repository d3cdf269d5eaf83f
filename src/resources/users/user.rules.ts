import type { Role } from '../../contract/permissions.ts'
import type { UserStatus } from './user.fields.ts'

/** Who may be changed by whom (contract 2.3 and 11, CONC-4), for the API and for the operator's commands. */

export const SENTENCES = {
  removesSelf: 'You cannot remove yourself from the organization',
  removesLastAdmin: 'You cannot remove the last admin of the organization',
  changesOwnRole: 'You cannot change your own role',
  demotesLastAdmin: 'You cannot change the role of the last admin of the organization',
  suspendsLastAdmin: 'You cannot suspend the last admin of the organization',
  isTaken: 'A user with this email already exists in the organization',
} as const

interface Subject {
  id: string
  role: Role
  status: UserStatus
}

/** Whether the organization would be without a listed admin who can act. The owner is not one of them. */
function isLastAdmin({ role, status }: Pick<Subject, 'role' | 'status'>, otherAdmins: number): boolean {
  return role === 'admin' && status === 'active' && otherAdmins === 0
}

/**
 * Why the role cannot be changed, or null. Asking for the role that the user has changes nothing.
 *
 * @param otherAdmins how many active admins the organization has besides.
 */
export function roleProblem(
  user: Subject,
  asked: { role: Role; callerId: string | null; otherAdmins: number },
): string | null {
  if (asked.role === user.role) return null
  if (asked.callerId === user.id) return SENTENCES.changesOwnRole
  return isLastAdmin(user, asked.otherAdmins) ? SENTENCES.demotesLastAdmin : null
}

/** Why the user cannot be removed, or null. */
export function removalProblem(user: Subject, asked: { callerId: string | null; otherAdmins: number }): string | null {
  if (asked.callerId === user.id) return SENTENCES.removesSelf
  return isLastAdmin(user, asked.otherAdmins) ? SENTENCES.removesLastAdmin : null
}

/** Why the user cannot be suspended, or null. */
export function suspensionProblem(user: Subject, otherAdmins: number): string | null {
  return isLastAdmin(user, otherAdmins) ? SENTENCES.suspendsLastAdmin : null
}

/** Whether the address can be invited: nobody has it, or whoever has it has not accepted (contract 17, row 36). */
export function canBeInvited(known: { status: UserStatus } | null): boolean {
  return known === null || known.status === 'invited' || known.status === 'rejected'
}
