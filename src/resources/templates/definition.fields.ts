import { flag, line, lines, oneOf, optional, text } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'

/** The definition of a template. Its members are camelCase, as published. */

const TEXT_MAX = 1024
const LINE_MAX = 60
const HEADER_TYPES = ['text', 'image', 'video', 'document'] as const
export const VARIABLE_KINDS = ['variable', 'link', 'media'] as const
export const BUTTON_TYPES = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'VOICE_CALL', 'COPY_CODE'] as const

export type VariableKind = (typeof VARIABLE_KINDS)[number]
export type ButtonType = (typeof BUTTON_TYPES)[number]

const word = (description: string, example: string, max = 255) =>
  optional(
    line({ min: 1, max }, { description, example, humanText: true, says: `{path} must be 1 to ${max} characters` }),
  )

const number = (bounds: { minimum: number; maximum: number }, description: string, example: number) =>
  Type.Integer({
    ...bounds,
    description,
    example,
    says: `{path} must be a whole number from ${bounds.minimum} to ${bounds.maximum}`,
  })

const variable = Type.Object(
  {
    id: optional(
      number({ minimum: 0, maximum: 99 }, 'The number of its placeholder; its place in the list unless given.', 0),
    ),
    name: text(
      { min: 1, max: 64, pattern: '^[A-Za-z][A-Za-z0-9_]*$' },
      {
        description: 'By which a message gives it a value.',
        example: 'name',
        humanText: true,
        says: '{path} must begin with a letter and hold only letters, digits and underscores, at most 64',
      },
    ),
    type: oneOf(VARIABLE_KINDS, { description: 'The kind of its placeholder.', example: 'variable' }),
    props: Type.Object(
      {
        variableType: word('Kind of the value.', 'text'),
        sample: line(
          { min: 1, max: 1024 },
          {
            description: 'A value for reviewers.',
            example: 'John',
            humanText: true,
            says: {
              required: 'Sample must not be empty',
              minLength: 'Sample must not be empty',
              any: '{path} must be 1 to 1024 characters',
            },
          },
        ),
        regex: word('A pattern that values have.', '^[A-Z].*$'),
        url: word('Where a link leads.', 'https://www.acme.com/orders', 2048),
        shortUrl: word('The short form of url.', 'https://acme.link/o', 2048),
        alt: word('What a picture shows.', 'A parcel'),
        mediaType: word('Kind of a medium.', 'image'),
      },
      { description: 'More about the variable.' },
    ),
  },
  { description: 'A place in the text that each message fills.' },
)

const variables = (description: string) =>
  optional(Type.Array(variable, { maxItems: 50, description, says: '{path} must be a list of at most 50 variables' }))

const content = (of: string, max: number, says: string) =>
  Type.Object(
    {
      type: optional(oneOf(['text'], { description: 'Always text.', example: 'text' })),
      template: lines(
        { min: 1, max },
        {
          description: `The text of ${of}, with placeholders as {{0:variable}}.`,
          example: 'Hello {{0:variable}}!',
          humanText: true,
          says: { minLength: '{path} must not be empty', any: says },
        },
      ),
      variables: variables('The variables of this text.'),
    },
    { description: `What ${of} says.` },
  )

const bodyText = (of: string) => optional(content(of, TEXT_MAX, `Body text must be at most ${TEXT_MAX} characters`))

const header = Type.Object(
  {
    type: optional(oneOf(HEADER_TYPES, { description: 'Text, or a medium.', example: 'text' })),
    template: lines(
      { min: 1, max: LINE_MAX },
      {
        description: 'The text, with at most one placeholder; for a medium the placeholder of its variable.',
        example: 'Your order',
        humanText: true,
        says: { minLength: '{path} must not be empty', any: `Header text must be at most ${LINE_MAX} characters` },
      },
    ),
    variables: variables('At most one.'),
  },
  { description: 'Above the body; not in text messages.' },
)

const buttonProps = Type.Object(
  {
    text: word('What stands on the button.', 'Track order', 255),
    quickReplyType: word('Kind of a quick reply.', 'custom'),
    urlType: optional(
      oneOf(['static', 'dynamic'], { description: 'Whether the address ends with a placeholder.', example: 'static' }),
    ),
    url: word('Where the button leads.', 'https://www.acme.com', 2048),
    variables: variables('Of a dynamic address: the one at its end.'),
    activeFor: optional(number({ minimum: 1, maximum: 525_600 }, 'How many minutes the button works.', 60)),
    countryCode: word('Calling code of the number.', '1', 8),
    phoneNumber: word('The number to call.', '2025551234', 32),
    offerCode: word('The code to copy.', 'SPRING', 64),
    otpType: word('How a one-time code is filled in.', 'COPY_CODE', 64),
    autofillText: word('What the button says that fills the code in.', 'Fill in', 64),
    packageName: word('The app that takes the code.', 'com.acme.app'),
    signatureHash: word('The signature of the app.', 'K8a/AINcGX7', 64),
  },
  { description: 'What a button of this type needs.' },
)

const button = Type.Object(
  {
    id: optional(number({ minimum: 1, maximum: 99 }, 'Counted from 1; its place in the list unless given.', 1)),
    type: oneOf(BUTTON_TYPES, { description: 'What the button does.', example: 'URL' }),
    props: buttonProps,
  },
  { description: 'A button; not in text messages.' },
)

const authenticationConfig = Type.Object(
  {
    addSecurityRecommendation: optional(
      flag({ description: 'Adds the sentence that the code must not be shared.', example: true }),
    ),
    codeExpirationMinutes: optional(
      number({ minimum: 1, maximum: 90 }, 'Adds a line that says how long the code is valid.', 10),
    ),
  },
  { description: 'Of templates for one-time codes alone.' },
)

/** As the published example, without its nulls. */
export const DEFINITION_EXAMPLE = {
  body: {
    multiChannel: {
      template: 'Hello {{0:variable}}! Welcome to {{1:variable}}.',
      variables: [
        { id: 0, name: 'name', type: 'variable', props: { variableType: 'text', sample: 'John' } },
        { id: 1, name: 'company', type: 'variable', props: { variableType: 'text', sample: 'SentDM' } },
      ],
    },
  },
  definitionVersion: '1.0',
} as const

export const definition = Type.Object(
  {
    header: optional(header),
    body: Type.Object(
      {
        multiChannel: bodyText('every channel that has no text of its own'),
        sms: bodyText('text messages'),
        whatsapp: bodyText('WhatsApp'),
      },
      {
        description: 'The text: for every channel, or by channel.',
        says: { required: 'At least one body content is required' },
      },
    ),
    footer: optional(content('the footer', LINE_MAX, `Footer text must be at most ${LINE_MAX} characters`)),
    buttons: optional(
      Type.Array(button, { maxItems: 10, description: 'At most 10.', says: 'A template has at most 10 buttons' }),
    ),
    definitionVersion: optional(oneOf(['1.0'], { description: 'The form of the definition.', example: '1.0' })),
    authenticationConfig: optional(authenticationConfig),
  },
  { description: 'What the template says.', example: DEFINITION_EXAMPLE, says: '{path} must be an object' },
)

export interface Variable {
  id: number
  name: string
  type: VariableKind
  props: Readonly<Record<string, string>> & { sample: string }
}

export interface Content {
  type?: string
  template: string
  variables?: readonly Variable[]
}

export interface Button {
  id: number
  type: ButtonType
  props: Readonly<{
    [member: string]: string | number | readonly Variable[] | undefined
    variables?: readonly Variable[]
  }>
}

/** A definition as it is kept: without nulls, every variable and button with its number. */
export interface Definition {
  header?: Content
  body: { multiChannel?: Content; sms?: Content; whatsapp?: Content }
  footer?: Content
  buttons?: readonly Button[]
  definitionVersion?: string
  authenticationConfig?: { addSecurityRecommendation?: boolean; codeExpirationMinutes?: number }
}
