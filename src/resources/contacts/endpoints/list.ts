import { Failure } from '../../../contract/failure.ts'
import { oneOf, optional, text } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import { paginationResponse } from '../../../contract/paging.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { CHANNELS, contactResponse } from '../contact.fields.ts'
import { pagination, readContactQuery, shownContact } from '../contact.rules.ts'
import { findContacts } from '../contact.store.ts'
import { FAIL_PHRASE } from '../contact-endpoint.rules.ts'

const query = Type.Object({
  page: optional(Type.Integer({ minimum: 1, description: 'Page, counted from 1.', example: 1 })),
  page_size: optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Entries a page, 20 unless told.', example: 20 }),
  ),
  search: optional(
    text(
      { max: 255 },
      {
        description: 'Only contacts with this number: a whole one, in any of its forms; no part of a number is found.',
        example: '(202) 555-1234',
      },
    ),
  ),
  channel: optional(
    oneOf(CHANNELS, { description: 'Only contacts that can be reached on this channel.', example: 'sms' }),
  ),
  phone: optional(
    text(
      { max: 64 },
      {
        description: 'The contact with this number alone, with its country code; 404 where there is none.',
        example: '+12025551234',
      },
    ),
  ),
})

/** `GET /v3/contacts`. */
export const listContactsEndpoint: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'listContacts',
  method: 'GET',
  path: '/v3/contacts',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001', 'VALIDATION_002', 'VALIDATION_005', 'RESOURCE_001'],
  failPhrase: FAIL_PHRASE,
  document: {
    tag: 'Contacts',
    summary: 'List contacts',
    description:
      'Answers the contacts that the account sees, newest first, one for each number: its own, then those it inherits. A profile inherits those of its organization and of profiles that share theirs; the organization sees those of all its profiles.',
    query,
    answer: Type.Object({
      contacts: Type.Array(contactResponse, { description: 'The contacts, newest first.' }),
      pagination: paginationResponse,
    }),
  },
  read: async (db, call) => {
    const read = readContactQuery(call.query)
    const asked = read.phone === null ? read : { ...read, page: 1 }
    const { contacts, total } = await findContacts(db, call.caller, asked, call.digestOfNumber)
    if (asked.phone !== null && total === 0)
      throw new Failure('RESOURCE_001', { message: 'Contact not found with the specified phone number' })
    return { data: { contacts: contacts.map(shownContact), pagination: pagination(asked, total) } }
  },
}
