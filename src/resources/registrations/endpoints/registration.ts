import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { type Profile, profileTarget } from '../../profiles/index.ts'
import { registrationResponse } from '../registration.fields.ts'
import { findJob, findRegistration } from '../registration.store.ts'
import { presentRegistration } from '../view.rules.ts'

/** `GET /v3/profiles/{profileId}/registration`, ours: each step, what the provider said, what it cost, what is tried next. */
export const getRegistration: ReadEndpoint<Profile> = {
  kind: 'read',
  operation: 'getProfileRegistration',
  method: 'GET',
  path: '/v3/profiles/:profileId/registration',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'retrieve profile registration',
  document: {
    tag: 'Profiles',
    summary: 'Get the registration of a profile',
    description:
      'Answers how far the registration is: every step with its state, its attempts, what the provider said, the members to correct, the next try and the fee.',
    answer: registrationResponse,
  },
  targetParam: 'profileId',
  target: profileTarget,
  read: async (db, { caller, target }) => {
    const { organization_id: organizationId } = caller.organization
    const registration = await findRegistration(db, organizationId, target.id)
    const job = registration === null ? null : await findJob(db, organizationId, registration)
    return { data: presentRegistration(target, registration, { isGivenUp: job?.isParked === true }) }
  },
}
