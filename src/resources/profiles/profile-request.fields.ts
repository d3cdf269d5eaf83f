import { flag, optional, text } from '../../contract/fields/field.ts'
import { requestSchemas } from '../../contract/fields/field-table.ts'
import { Type } from '../../contract/fields/schema.ts'
import { brandRequest } from '../brands/index.ts'
import { profileTable } from './profile-members.fields.ts'

/** What a client may send about a profile. Source: contract 8.1, 8.5, 8.7, 8.9 and decision 13. */

const says = '{path} must be an object'

const sandbox = flag({ description: 'Run every check and answer what would be, without doing it.', example: false })

/** Card data, for the API document only: `http/card.ts` cuts it out of the body before the other members are read. */
const paymentDetailsRequest = Type.Object(
  {
    card_number: Type.String({
      pattern: '^\\d{13,19}$',
      description: 'Card number, digits only.',
      example: '4111111111111111',
      secret: 'forwarded',
    }),
    expiry: Type.String({
      pattern: '^(0[1-9]|1[0-2])/\\d{2}$',
      description: 'Expiry, MM/YY.',
      example: '09/27',
      secret: 'forwarded',
    }),
    cvc: Type.String({
      pattern: '^\\d{3,4}$',
      description: 'Card verification code.',
      example: '123',
      secret: 'forwarded',
    }),
    zip_code: Type.String({
      minLength: 1,
      maxLength: 32,
      description: 'Billing postal code.',
      example: '10001',
      secret: 'forwarded',
    }),
  },
  {
    description: 'A card, forwarded to the payment processor and kept nowhere. Not with billing_model organization.',
    secret: 'forwarded',
  },
)

const whatsappRequest = Type.Object(
  {
    waba_id: text(
      { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
      {
        description: 'WhatsApp Business Account id.',
        example: '123456789012345',
        says: { minLength: '{path} is required', any: '{path} must be an id of letters and digits' },
      },
    ),
    phone_number_id: optional(
      text(
        { min: 1, max: 64, pattern: '^[A-Za-z0-9_-]+$' },
        {
          description: 'Id of a phone number in that account.',
          example: '987654321098765',
          says: '{path} must be an id of letters and digits',
        },
      ),
    ),
    access_token: text(
      { min: 1, max: 1024, pattern: '^[\\x21-\\x7e]+$' },
      {
        description: 'System user token. Kept encrypted, never returned.',
        example: 'EAAxxxxxxxxxxxxxxx',
        secret: 'sealed',
        says: { minLength: '{path} is required', any: '{path} must be a token of printable ASCII characters' },
      },
    ),
  },
  { description: "The profile's own WhatsApp Business Account. Left out, the organization's is shared.", says },
)

/** The body of `POST /v3/profiles`, without the card. */
export const createRequest = Type.Object({
  ...requestSchemas(profileTable, 'create'),
  brand: optional(brandRequest),
  whatsapp_business_account: optional(whatsappRequest),
  sandbox: optional(sandbox),
})

/** The body of `PATCH /v3/profiles/{profileId}`, without the card. */
export const updateRequest = Type.Object({
  ...requestSchemas(profileTable, 'update'),
  brand: optional(brandRequest),
  sandbox: optional(sandbox),
})

/** The bodies as the API document shows them: with the card. */
export const createDocument = Type.Object({
  ...createRequest.properties,
  payment_details: optional(paymentDetailsRequest),
})
export const updateDocument = Type.Object({
  ...updateRequest.properties,
  payment_details: optional(paymentDetailsRequest),
})

/** The members of both bodies in the published order. */
export const REQUEST_ORDER: readonly string[] = [
  ...Object.keys(updateRequest.properties).filter((name) => name !== 'sandbox'),
  'payment_details',
  'whatsapp_business_account',
  'sandbox',
]

/** The body of `DELETE /v3/profiles/{profileId}`. */
export const deleteRequest = Type.Object({ sandbox: optional(sandbox) })
