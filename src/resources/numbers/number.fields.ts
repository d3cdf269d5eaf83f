import { flag, oneOf, text } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import { LINE_TYPES } from '../../contract/text/line-types.ts'

const textOrNull = (description: string, example: string) =>
  text({ max: 128 }, { description, example, nullable: true })
const flagOrNull = (description: string) => flag({ description, example: false, nullable: true })

export const numberResponse = Type.Object(
  {
    phone_number: text({ max: 16 }, { description: 'The number in E.164.', example: '+12025551234' }),
    is_valid: flag({ description: 'The number fits the numbering plan of its country.', example: true }),
    carrier_name: textOrNull('The carrier; null where nobody was asked, or the one who was does not know.', 'T-Mobile'),
    line_type: oneOf(LINE_TYPES, {
      description: 'The kind of line; null where it is not known.',
      example: 'mobile',
      nullable: true,
    }),
    country_code: textOrNull('ISO 3166-1 alpha-2; null where the number belongs to no country.', 'US'),
    mobile_country_code: textOrNull('The country of the mobile network.', '310'),
    mobile_network_code: textOrNull('The mobile network in that country.', '260'),
    is_ported: flagOrNull('The number was taken from one carrier to another.'),
    is_voip: flagOrNull('The number belongs to Internet telephony.'),
  },
  { description: 'What is known of a phone number.' },
)
