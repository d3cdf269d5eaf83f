/** What every operation on one contact answers alike. An id that is no UUID is not found, as an unknown one. */
export const ONE_CONTACT = {
  targetParam: 'contactId',
  notFound: 'RESOURCE_001',
  noun: 'contact',
} as const

/** What the operations say where something went wrong inside. */
export const FAIL_PHRASE = { sentence: 'An unexpected error occurred' } as const
