import { contactEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Contact, deleteContactRequest } from '../contact.fields.ts'
import { checkFlags, checkOwn } from '../contact.rules.ts'
import { contactTarget } from '../contact.store.ts'
import { FAIL_PHRASE, ONE_CONTACT } from '../contact-endpoint.rules.ts'
import { dissociateContact } from '../contact-write.store.ts'

function decide(call: Call<Contact>): Plan {
  const { target, reading, caller } = call
  checkOwn(target, 'deleted')
  const details = { ...checkFlags(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) => dissociateContact(db, caller, target, { at: call.now, kept }),
  }
}

/** `DELETE /v3/contacts/{id}`. */
export const deleteContact: WriteEndpoint<Contact, undefined> = {
  kind: 'write',
  operation: 'deleteContact',
  method: 'DELETE',
  path: '/v3/contacts/:contactId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_001', 'PRECONDITION_001'],
  failPhrase: FAIL_PHRASE,
  document: {
    tag: 'Contacts',
    summary: 'Delete a contact',
    description:
      'Takes the contact from the account and forgets its number. That the person opted out is kept, as a keyed digest of the number. An inherited contact cannot be deleted.',
    body: deleteContactRequest,
    answer: null,
  },
  takesBody: 'optional',
  ...ONE_CONTACT,
  target: contactTarget,
  etagOf: contactEtag,
  decide,
}
