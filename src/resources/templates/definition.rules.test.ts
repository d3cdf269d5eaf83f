import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { readBody } from '../../contract/fields/patch.ts'
import { compileCheck } from '../../contract/fields/validator.ts'
import { readTemplate } from './change.rules.ts'
import { DEFINITION_EXAMPLE } from './definition.fields.ts'
import { createTemplateRequest } from './template.fields.ts'

const check = compileCheck(createTemplateRequest)

/** What a request with this body is told; nothing for one that is taken. */
function problems(body: JsonObject): Details {
  try {
    readTemplate(
      { reading: readBody(createTemplateRequest, body, false), earlyProblems: {}, isStrict: false },
      check,
      null,
    )
    return {}
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.details ?? {}
  }
}

const variable = (id: number, name = `v${id}`, type = 'variable', sample = 'x') => ({
  id,
  name,
  type,
  props: { sample },
})
const body = (template: string, variables: JsonObject[] = []) => ({ sms: { template, variables } }) as JsonObject
const define = (parts: JsonObject): JsonObject => ({ definition: { body: body('Hello there'), ...parts } })
const told = (parts: JsonObject) => problems(define(parts))
const BODY = 'definition.body.sms.template'

describe('definitions that are taken', () => {
  const TAKEN: [string, JsonObject][] = [
    [
      'the published example',
      {
        definition: DEFINITION_EXAMPLE as unknown as JsonObject,
        category: 'MARKETING',
        language: 'en_US',
        creation_source: null,
      },
    ],
    ['one text alone', define({})],
    [
      'texts of their own beside the text of every channel',
      define({ body: { multiChannel: { template: 'A' }, sms: { template: 'B' } } }),
    ],
    [
      'variables without ids, by their places',
      define({
        body: body('{{0:variable}} and {{1:link}}', [
          { name: 'a', type: 'variable', props: { sample: 's' } },
          { name: 'b', type: 'link', props: { sample: 's' } },
        ]),
      }),
    ],
    ['a variable that stands twice', define({ body: body('{{0:variable}} and {{0:variable}}', [variable(0)]) })],
    [
      'a header with one variable',
      define({ header: { type: 'text', template: 'For {{0:variable}}', variables: [variable(0)] } }),
    ],
    [
      'a picture',
      define({ header: { type: 'image', template: '{{0:media}}', variables: [variable(0, 'photo', 'media')] } }),
    ],
    ['a footer', define({ footer: { template: 'Reply STOP to opt out' } })],
    ['1,024 characters', define({ body: body('a'.repeat(1024)) })],
    [
      'a button of each kind',
      define({
        buttons: [
          { id: 1, type: 'QUICK_REPLY', props: { text: 'Yes', quickReplyType: 'custom' } },
          { id: 2, type: 'URL', props: { text: 'Open', urlType: 'static', url: 'https://www.acme.com' } },
          {
            id: 3,
            type: 'URL',
            props: {
              text: 'Track',
              urlType: 'dynamic',
              url: 'https://www.acme.com/{{0:variable}}',
              variables: [variable(0)],
            },
          },
          { id: 4, type: 'PHONE_NUMBER', props: { text: 'Call', countryCode: '1', phoneNumber: '2025551234' } },
          {
            id: 5,
            type: 'VOICE_CALL',
            props: { text: 'Talk', countryCode: '1', phoneNumber: '2025551234', activeFor: 60 },
          },
          { id: 6, type: 'COPY_CODE', props: { text: 'Copy', offerCode: 'SPRING' } },
        ],
      }),
    ],
    [
      'buttons without ids',
      define({
        buttons: [
          { type: 'QUICK_REPLY', props: { text: 'Yes', quickReplyType: 'custom' } },
          { type: 'QUICK_REPLY', props: { text: 'No', quickReplyType: 'custom' } },
        ],
      }),
    ],
    [
      'a one-time code',
      {
        category: 'AUTHENTICATION',
        ...define({
          authenticationConfig: { addSecurityRecommendation: true, codeExpirationMinutes: 10 },
          buttons: [{ type: 'COPY_CODE', props: { text: 'Copy' } }],
        }),
      },
    ],
    [
      'a one-time code that does not name its category',
      define({ authenticationConfig: {}, buttons: [{ type: 'COPY_CODE', props: { text: 'Copy' } }] }),
    ],
    ['a language alone', { ...define({}), language: 'de' }],
  ]
  for (const [name, request] of TAKEN) test(name, () => assert.deepEqual(problems(request), {}))
})

describe('the fifteen rules', () => {
  test('1: a category out of three', () => {
    const says = 'Category must be one of: MARKETING, UTILITY, AUTHENTICATION'
    assert.deepEqual(problems({ ...define({}), category: 'OTHER' }), { category: [says] })
  })
  test('2: a language code', () => {
    for (const language of ['english', 'EN', 'en-US', 'en_us', ''])
      assert.deepEqual(
        problems({ ...define({}), language }),
        { language: ['Language must be a code such as en or en_US'] },
        language,
      )
  })
  test('3: a body, of at most 1,024 characters', () => {
    assert.deepEqual(problems({}), { definition: ['definition is required'] })
    assert.deepEqual(problems({ definition: {} }), { 'definition.body': ['At least one body content is required'] })
    assert.deepEqual(told({ body: { sms: null } }), { 'definition.body': ['At least one body content is required'] })
    assert.deepEqual(told({ body: body('a'.repeat(1025)) }), { [BODY]: ['Body text must be at most 1024 characters'] })
    assert.deepEqual(told({ body: body('') }), { [BODY]: [`${BODY} must not be empty`] })
  })
  test('4: a header of 60 characters and one variable, or one medium', () => {
    const at = 'definition.header.template'
    assert.deepEqual(told({ header: { template: 'a'.repeat(61) } }), {
      [at]: ['Header text must be at most 60 characters'],
    })
    const two = { template: '{{0:variable}} {{1:variable}}', variables: [variable(0), variable(1)] }
    assert.deepEqual(told({ header: two }), { [at]: ['Header text must have at most one variable'] })
    const medium = { type: 'image', template: 'See {{0:media}}', variables: [variable(0, 'photo', 'media')] }
    assert.deepEqual(told({ header: medium }), {
      [at]: ['A header of type image must be the placeholder of one media variable, as {{0:media}}'],
    })
    assert.deepEqual(told({ header: { ...medium, type: 'text' } }), {
      [at]: ['A header of type text has no media variable'],
    })
    assert.deepEqual(Object.keys(told({ header: { type: 'audio', template: 'a' } })), ['definition.header.type'])
  })
  test('5: a footer of 60 characters without variables', () => {
    const at = 'definition.footer.template'
    assert.deepEqual(told({ footer: { template: 'a'.repeat(61) } }), {
      [at]: ['Footer text must be at most 60 characters'],
    })
    const says = { [at]: ['Footer text must not have variables'] }
    assert.deepEqual(told({ footer: { template: 'By {{0:variable}}', variables: [variable(0)] } }), says)
    assert.deepEqual(told({ footer: { template: 'By us', variables: [variable(0)] } }), says)
  })
  test('6: every placeholder has a variable, and every variable a placeholder', () => {
    assert.deepEqual(told({ body: body('Hi {{1:variable}}', [variable(0)]) }), {
      [BODY]: ['Placeholder {{1:variable}} has no variable with the id 1'],
      'definition.body.sms.variables[0]': ['The variable with the id 0 has no placeholder in the text'],
    })
  })
  test('7: ids once', () => {
    const twice = told({ body: body('{{0:variable}} a', [variable(0, 'a'), variable(0, 'b')]) })
    assert.deepEqual(twice, { 'definition.body.sms.variables': ['variables must have unique IDs'] })
    const reply = { id: 1, type: 'QUICK_REPLY', props: { text: 'Yes', quickReplyType: 'custom' } }
    assert.deepEqual(told({ buttons: [reply, reply] }), { 'definition.buttons': ['Button IDs must be unique'] })
  })
  test('8: a sample for each variable', () => {
    const at = 'definition.body.sms.variables[0].props.sample'
    for (const props of [{}, { sample: '' }, { sample: null }])
      assert.deepEqual(told({ body: body('{{0:variable}} a', [{ id: 0, name: 'a', type: 'variable', props }]) }), {
        [at]: ['Sample must not be empty'],
      })
  })
  test('9: a placeholder is of the type of its variable', () => {
    assert.deepEqual(told({ body: body('{{0:link}} a', [variable(0)]) }), {
      [BODY]: ['Placeholder {{0:link}} must be {{0:variable}}, as the type of its variable'],
    })
  })
  test('6, too: other braces are told how a placeholder is written', () => {
    const says = 'Placeholders are written as {{0:variable}}, {{1:link}} or {{2:media}}'
    for (const template of ['Hi {{name}}', 'Hi {{0}}', 'Hi {{0:text}}', 'Hi {{', 'Hi }}', 'Hi {{ 0:variable }}'])
      assert.deepEqual(told({ body: body(template) }), { [BODY]: [says] }, template)
  })
  test('14: the names that begin with sent_ are reserved', () => {
    assert.deepEqual(problems({ ...define({}), name: 'sent_code' }), {
      name: ['Template names that begin with sent_ are reserved'],
    })
  })
})

describe('rule 10: buttons', () => {
  const reply = (text = 'Yes') => ({ type: 'QUICK_REPLY', props: { text, quickReplyType: 'custom' } })
  const open = (props: JsonObject) => ({
    type: 'URL',
    props: { text: 'Open', urlType: 'static', url: 'https://www.acme.com', ...props },
  })
  const call = { type: 'PHONE_NUMBER', props: { text: 'Call', countryCode: '1', phoneNumber: '2025551234' } }
  test('at most so many of each', () => {
    const at = 'definition.buttons'
    assert.deepEqual(told({ buttons: Array(11).fill(reply()) }), { [at]: ['A template has at most 10 buttons'] })
    assert.deepEqual(told({ buttons: Array(10).fill(reply()) }), {})
    assert.deepEqual(told({ buttons: Array(3).fill(open({})) }), {
      [at]: ['A template has at most 2 buttons of type URL'],
    })
    assert.deepEqual(told({ buttons: [call, call] }), {
      [at]: ['A template has at most 1 button of type PHONE_NUMBER'],
    })
  })
  test('what each needs', () => {
    assert.deepEqual(
      told({
        buttons: [
          { type: 'QUICK_REPLY', props: {} },
          { type: 'PHONE_NUMBER', props: { text: 'Call' } },
          { type: 'COPY_CODE', props: { text: 'Copy' } },
        ],
      }),
      {
        'definition.buttons[0].props.text': ['A button of type QUICK_REPLY needs text'],
        'definition.buttons[0].props.quickReplyType': ['A button of type QUICK_REPLY needs quickReplyType'],
        'definition.buttons[1].props.countryCode': ['A button of type PHONE_NUMBER needs countryCode'],
        'definition.buttons[1].props.phoneNumber': ['A button of type PHONE_NUMBER needs phoneNumber'],
        'definition.buttons[2].props.offerCode': ['A button of type COPY_CODE needs offerCode'],
      },
    )
  })
  test('a text of 25 plain characters', () => {
    const at = 'definition.buttons[0].props.text'
    assert.deepEqual(told({ buttons: [reply('a'.repeat(26))] }), {
      [at]: ['Button text must be at most 25 characters'],
    })
    assert.deepEqual(told({ buttons: [reply('a'.repeat(25))] }), {})
    for (const text of ['Hi {{0:variable}}', '*Yes*', 'Yes 🎉', '~No~'])
      assert.deepEqual(
        told({ buttons: [reply(text)] }),
        { [at]: ['Button text must not have variables, line breaks, emoji or formatting signs'] },
        text,
      )
  })
  test('a dynamic address ends with its one variable, a static one has none', () => {
    const at = 'definition.buttons[0].props.url'
    const variables = [variable(0)]
    const dynamic = (url: string) => told({ buttons: [open({ urlType: 'dynamic', url, variables })] })
    assert.deepEqual(dynamic('https://www.acme.com/{{0:variable}}'), {})
    assert.deepEqual(dynamic('https://www.acme.com/{{0:variable}}/x'), {
      [at]: ['A dynamic address must end with the placeholder of one variable'],
    })
    assert.deepEqual(told({ buttons: [open({ url: 'https://www.acme.com/{{0:variable}}', variables })] }), {
      [at]: ['Only an address of the urlType dynamic has a variable'],
    })
    assert.deepEqual(told({ buttons: [open({ url: 'www.acme.com' })] }), {
      [at]: [`${at} must be a valid HTTP or HTTPS URL`],
    })
    assert.deepEqual(told({ buttons: [{ ...reply(), props: { ...reply().props, variables } }] }), {
      'definition.buttons[0].props.variables': ['Only a button of type URL with the urlType dynamic has variables'],
    })
  })
})

describe('rules 11 to 13: one-time codes', () => {
  const config = { authenticationConfig: { codeExpirationMinutes: 10 } }
  const copy = { buttons: [{ type: 'COPY_CODE', props: { text: 'Copy' } }] }
  const code = (parts: JsonObject) => problems({ category: 'AUTHENTICATION', ...define(parts) })
  const oneButton = {
    'definition.buttons': ['A template of the category AUTHENTICATION has exactly one button, of type COPY_CODE'],
  }
  test('11: need a configuration, one button, and no media', () => {
    assert.deepEqual(code(copy), {
      'definition.authenticationConfig': ['authenticationConfig is required for the category AUTHENTICATION'],
    })
    assert.deepEqual(code(config), oneButton)
    assert.deepEqual(
      code({
        ...config,
        buttons: [...copy.buttons, { type: 'QUICK_REPLY', props: { text: 'No', quickReplyType: 'custom' } }],
      }),
      oneButton,
    )
    const header = { type: 'image', template: '{{0:media}}', variables: [variable(0, 'photo', 'media')] }
    assert.deepEqual(code({ ...config, ...copy, header }), {
      'definition.header': ['A template of the category AUTHENTICATION has no media in its header'],
    })
  })
  test('12: other categories have none', () => {
    assert.deepEqual(problems({ category: 'UTILITY', ...define(config) }), {
      'definition.authenticationConfig': ['authenticationConfig is only for the category AUTHENTICATION'],
    })
  })
  test('13: 1 to 90 minutes', () => {
    const at = 'definition.authenticationConfig.codeExpirationMinutes'
    for (const codeExpirationMinutes of [0, 91, 1.5])
      assert.deepEqual(Object.keys(code({ authenticationConfig: { codeExpirationMinutes }, ...copy })), [at])
    for (const codeExpirationMinutes of [1, 90])
      assert.deepEqual(code({ authenticationConfig: { codeExpirationMinutes }, ...copy }), {})
  })
})

test('all problems come together, and what has no shape is not judged by rules', () => {
  const request = {
    category: 'OTHER',
    name: 'sent_x',
    definition: {
      header: 'a',
      body: { sms: { template: 'Hi {{1:variable}}' }, whatsapp: { template: 5 } },
      footer: { template: 'By {{0:variable}}' },
      buttons: [null, 'a', { type: 'FAX', props: {} }],
    },
  } as JsonObject
  assert.deepEqual(Object.keys(problems(request)).sort(), [
    'category',
    'definition.body.sms.template',
    'definition.body.whatsapp.template',
    'definition.buttons[0]',
    'definition.buttons[1]',
    'definition.buttons[2].type',
    'definition.footer.template',
    'definition.header',
    'name',
  ])
})

test('nothing that can stand for a definition breaks the checks', () => {
  const odd = [null, 0, 'a', [], {}, [[]], { a: 1 }, true]
  for (const value of odd) {
    for (const member of ['header', 'body', 'footer', 'buttons', 'authenticationConfig', 'definitionVersion'])
      problems({ definition: { body: body('Hi'), [member]: value } } as JsonObject)
    for (const channel of ['multiChannel', 'sms', 'whatsapp'])
      problems({ definition: { body: { [channel]: value } } } as JsonObject)
    for (const member of ['template', 'variables', 'type'])
      problems({ definition: { body: { sms: { template: 'Hi', [member]: value } } } } as JsonObject)
    problems({ definition: { body: body('Hi {{0:variable}}', [value as JsonObject]) } })
    problems({ definition: { body: body('Hi'), buttons: [value] } } as JsonObject)
    problems({ definition: { body: body('Hi'), buttons: [{ type: 'URL', props: value }] } } as JsonObject)
    problems({ definition: value } as JsonObject)
  }
})
