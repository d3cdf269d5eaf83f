import { contactEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Contact, contactResponse, updateContactRequest } from '../contact.fields.ts'
import { changedContact, channelProblem, checkOwn, shownContact } from '../contact.rules.ts'
import { contactTarget } from '../contact.store.ts'
import { FAIL_PHRASE, ONE_CONTACT } from '../contact-endpoint.rules.ts'
import { saveContact } from '../contact-write.store.ts'

const check = compileCheck(updateContactRequest)

function decide(call: Call<Contact>): Plan {
  const { target: current, reading, now } = call
  checkOwn(current, 'updated')
  const details = {
    ...channelProblem(current, reading.values),
    ...check(reading.values),
    ...reading.problems,
    ...call.earlyProblems,
    ...addUnknown(reading, call.isStrict),
  }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const changed = changedContact(current, reading.values)
  if (changed === null) return { data: shownContact(current), etag: contactEtag(current), write: null }
  const after = { ...changed, version: current.version + 1, updatedAt: now }
  return {
    data: shownContact(after),
    etag: contactEtag(after),
    write: (db, _forwarded, kept) =>
      saveContact(db, call.caller, { ...changed, version: current.version }, { at: now, kept }),
  }
}

/** `PATCH /v3/contacts/{id}`. */
export const updateContact: WriteEndpoint<Contact, undefined> = {
  kind: 'write',
  operation: 'updateContact',
  method: 'PATCH',
  path: '/v3/contacts/:contactId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_001', 'PRECONDITION_001'],
  failPhrase: FAIL_PHRASE,
  document: {
    tag: 'Contacts',
    summary: 'Update a contact',
    description:
      'Changes the default channel and whether the person wants messages. Members that are left out or null stay as they are. An inherited contact is read-only.',
    body: updateContactRequest,
    answer: contactResponse,
  },
  takesBody: 'required',
  ...ONE_CONTACT,
  target: contactTarget,
  etagOf: contactEtag,
  decide,
}
