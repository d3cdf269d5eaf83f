import { contactEtag } from '../../../contract/etag.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { type Contact, contactResponse } from '../contact.fields.ts'
import { shownContact } from '../contact.rules.ts'
import { contactTarget } from '../contact.store.ts'
import { FAIL_PHRASE, ONE_CONTACT } from '../contact-endpoint.rules.ts'

/** `GET /v3/contacts/{id}`. */
export const getContact: ReadEndpoint<Contact> = {
  kind: 'read',
  operation: 'getContact',
  method: 'GET',
  path: '/v3/contacts/:contactId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_001'],
  failPhrase: FAIL_PHRASE,
  document: {
    tag: 'Contacts',
    summary: 'Get a contact',
    description: 'Answers a contact of the account, or one that it inherits.',
    answer: contactResponse,
  },
  ...ONE_CONTACT,
  target: contactTarget,
  read: async (_db, { target }) => ({ data: shownContact(target), etag: contactEtag(target) }),
}
