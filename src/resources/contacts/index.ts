import type { Endpoint } from '../../http/endpoint.ts'
import { createContact } from './endpoints/create.ts'
import { deleteContact } from './endpoints/delete.ts'
import { getContact } from './endpoints/get.ts'
import { listContactsEndpoint } from './endpoints/list.ts'
import { updateContact } from './endpoints/update.ts'

export { addContacts, loadConsent, noteOptOut } from './consent.store.ts'
export { nationalDigits } from './contact.rules.ts'
export { numberPlace } from './contact.store.ts'

export const contactEndpoints: readonly Endpoint[] = [
  listContactsEndpoint,
  createContact,
  getContact,
  updateContact,
  deleteContact,
]
