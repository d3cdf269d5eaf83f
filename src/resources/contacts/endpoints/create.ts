import { contactEtag } from '../../../contract/etag.ts'
import { type Details, Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Contact, type ContactNumber, contactResponse, createContactRequest } from '../contact.fields.ts'
import { checkFlags, nationalDigits, readContactNumber, shownContact } from '../contact.rules.ts'
import { readerOf } from '../contact.store.ts'
import { FAIL_PHRASE } from '../contact-endpoint.rules.ts'
import { associateContact, findOwnContact, insertContact, type KnownContact } from '../contact-write.store.ts'

/** The number that was sent, and what the account knows of it. */
interface Facts {
  number: ContactNumber
  known: KnownContact | null
}

function refuse(details: Details): void {
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
}

function decide(call: Call<null>, { number, known }: Facts): Plan {
  const { caller } = call
  if (known !== null && !known.isDissociated)
    throw new Failure('RESOURCE_007', {
      message: 'Contact with this phone number already exists for this customer',
      hint: 'Look it up with GET /v3/contacts?phone= and change it.',
      headers: { 'x-should-retry': 'false' },
    })
  const contact: Contact = {
    id: known?.id ?? call.newId,
    ownerId: readerOf(caller),
    number,
    channels: ['sms'],
    defaultChannel: 'sms',
    optOut: known?.optOut ?? false,
    isInherited: false,
    version: (known?.version ?? 0) + 1,
    createdAt: call.now,
    updatedAt: null,
  }
  const digests = { number: call.digestOfNumber(number.e164), national: call.digestOfNumber(nationalDigits(number)) }
  return {
    data: shownContact(contact),
    etag: contactEtag(contact),
    write: (db, _forwarded, kept) =>
      known === null
        ? insertContact(db, caller, contact, { digests, kept })
        : associateContact(db, caller, contact, { digests, readAt: known.version, kept }),
  }
}

/** `POST /v3/contacts`. */
export const createContact: WriteEndpoint<null, Facts> = {
  kind: 'write',
  operation: 'createContact',
  method: 'POST',
  path: '/v3/contacts',
  rateClass: 'standard',
  status: 201,
  errors: ['VALIDATION_002', 'RESOURCE_007'],
  failPhrase: FAIL_PHRASE,
  document: {
    tag: 'Contacts',
    summary: 'Create a contact',
    description:
      'Adds a number to the contacts of the account. A number that is only inherited becomes an own contact, which hides the inherited one. A person who opted out and was taken from the account stays opted out.',
    body: createContactRequest,
    answer: contactResponse,
  },
  takesBody: 'required',
  facts: async (db, call) => {
    const { reading, earlyProblems, isStrict } = call
    refuse({ ...earlyProblems, ...checkFlags(reading.values), ...addUnknown(reading, isStrict) })
    const number = readContactNumber(reading.values.phone_number)
    return { number, known: await findOwnContact(db, call.caller, call.digestOfNumber(number.e164)) }
  },
  decide,
}
