import cardValidator from 'card-validator'
import { electronicFormatIBAN, friendlyFormatIBAN, getCountrySpecifications, isValidIBAN } from 'ibantools'
import { getCountries, getExampleNumber, parsePhoneNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand, aContact } from '../../harness/traffic/request-bodies.mjs'

/** @typedef {import('../../harness/traffic/random.mjs').Random} Random */

/** The last digit that makes the Luhn check of these digits fit. */
function checkDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

const withCheckDigit = (digits) => digits + checkDigit(digits)
const hex = (random, length) => Array.from({ length }, () => '0123456789abcdef'[random.below(16)]).join('')
const uuid = (random) => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-')

const phoneCountries = getCountries()
  .filter((country) => getExampleNumber(country, examples) !== undefined)
  .filter((_, at) => at % 6 === 0)
  .concat('BR', 'AR', 'DE', 'ID', 'NG', 'MX', 'AT', 'CN')

/** A number as long as the example of its country, which begins as that does, in one of the forms of people. */
function phone(random) {
  const country = random.pick(phoneCountries)
  const { nationalNumber } = getExampleNumber(country, examples)
  const number = parsePhoneNumber(nationalNumber.slice(0, 2) + random.digits(nationalNumber.length - 2), country)
  const international = number.formatInternational()
  return random.pick([
    number.number,
    international,
    international.replaceAll(' ', '-'),
    international.replaceAll(' ', '.'),
    `tel:${number.number}`,
    number.formatNational(),
  ])
}

function americanPair(random) {
  const sign = random.pick([' ', '-', '.'])
  const number = () => [random.pick(['415', '510', '620', '377']), random.digits(3), random.digits(4)].join(sign)
  return `${number()} ${number()}`
}

const ibanLengths = Object.entries(getCountrySpecifications())
  .filter(([, { bban_regexp: bban }]) => /^\^\[0-9\]\{\d+\}\$$/.test(bban ?? ''))
  .map(([country, { chars }]) => ({ country, digits: chars - 4 }))

function iban(random) {
  for (;;) {
    const { country, digits } = random.pick(ibanLengths)
    const bban = random.pick(['4', '51', '60', '62', '37', '']) + random.digits(digits)
    const cut = bban.slice(0, digits)
    const letters = [...country].map((letter) => letter.charCodeAt(0) - 55).join('')
    const check = 98n - (BigInt(`${cut}${letters}00`) % 97n)
    const made = electronicFormatIBAN(`${country}${String(check).padStart(2, '0')}${cut}`)
    // Some countries have check digits of their own inside.
    if (isValidIBAN(made)) return random.chance(0.3) ? made : friendlyFormatIBAN(made)
  }
}

function digest(random) {
  const word = hex(random, 40)
  return /[a-f]/.test(word) ? word : `a${word.slice(1)}`
}

/** What people write that is no card. */
const innocents = {
  phones: phone,
  american_pairs: americanPair,
  sirets: (random) => withCheckDigit(random.digits(13)).replace(/(...)(...)(...)(.....)/, '$1 $2 $3 $4'),
  ibans: iban,
  ids_and_milliseconds: (random) =>
    `profile-${random.below(1e6)}-${random.between(1_600_000_000_000, 1_999_999_999_999)}`,
  digests: digest,
  uuids_behind_words: (random) => `${random.letters(random.between(1, 8))}${uuid(random)}`,
}

const fits = 4_900

/** @type {import('../../harness/run.mjs').Goal} */
const nothingElse = {
  id: 'CARD-7',
  tier: 1,
  title:
    'Telephone numbers, SIRETs, IBANs, ids, digests and UUIDs are never taken for a card number, in texts and as an Idempotency-Key',
  injectedBugs: [
    {
      name: 'a card may have any length and any grouping',
      code: [
        { file: 'contract/cards/card-text.js', find: 'length !== 4', put: 'length > 4' },
        { file: 'contract/cards/card-text.js', find: '/^4 4 4 [1-3]$/', put: '/^./' },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const patch = (description, headers = {}) =>
      send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        body: { description, sandbox: true },
        headers,
      })
    /** How many of these are refused, and what else went wrong. */
    const refused = async (values) => {
      const { status, text } = await patch(values.join(' | '))
      if (status === 200) return 0
      if (status !== 400) throw new Error(`unexpected ${status} ${text}`)
      if (values.length === 1) {
        t.check(false, `refused: ${values[0]}`)
        return 1
      }
      const middle = values.length >> 1
      return (await refused(values.slice(0, middle))) + (await refused(values.slice(middle)))
    }
    const count = t.length(10_000, 1_000_000)
    for (const [name, make] of Object.entries(innocents)) {
      const random = t.random.part(name)
      let wrong = 0
      for (let made = 0; made < count; ) {
        const batches = Array.from({ length: 8 }, () => {
          const values = []
          for (let length = 0; length < fits - 80 && made < count; made += 1) {
            const value = make(random)
            length += value.length + 3
            values.push(value)
          }
          return values
        }).filter((values) => values.length > 0)
        wrong += (await Promise.all(batches.map(refused))).reduce((sum, one) => sum + one, 0)
      }
      t.figure(`${name}_refused`, wrong)
    }
    t.figure('values_of_each', count)
    const keys = t.length(200, 5_000)
    for (let at = 0; at < keys; at += 1) {
      const name = t.random.pick(['ids_and_milliseconds', 'digests', 'uuids_behind_words'])
      const key = innocents[name](t.random)
      t.equal((await patch('A key', { 'idempotency-key': key })).status, 200, `Idempotency-Key ${key}`)
    }
    t.figure('keys', keys)
  },
}

const issuers = Object.values(cardValidator.creditCardType.types).map((type) =>
  cardValidator.creditCardType.getTypeInfo(type),
)

/** A number of some issuer, of a prefix and a length that it has. */
function card(random) {
  for (;;) {
    const { patterns, lengths } = random.pick(issuers)
    const pattern = random.pick(patterns)
    const prefix = Array.isArray(pattern) ? random.between(pattern[0], pattern[1]) : pattern
    const length = random.pick(lengths)
    const number = withCheckDigit(`${prefix}${random.digits(19)}`.slice(0, length - 1))
    // A longer prefix of another issuer may take it over.
    if (length >= 13 && cardValidator.number(number).isValid) return number
  }
}

/** In one block, or in the groups in which cards of its length are embossed. */
function asWritten(random, number) {
  const sizes = number.length === 15 ? [4, 6, 5] : number.length === 14 ? [4, 6, 4] : [4, 4, 4, 4, 3]
  const groups = []
  for (let at = 0, group = 0; at < number.length; at += sizes[group], group += 1)
    groups.push(number.slice(at, at + sizes[group]))
  return random.chance(0.4) ? number : groups.join(random.pick([' ', '-', '\u00a0', '\u2011', '.']))
}

const profileTexts = [
  'name',
  'description',
  'billing_contact.name',
  'billing_contact.address',
  ...['name', 'businessName', 'role'].map((name) => `brand.contact.${name}`),
  ...['legalName', 'taxIdType', 'street', 'city', 'state', 'altBusinessId'].map((name) => `brand.business.${name}`),
  ...['primaryUseCase', 'expectedMessagingVolume', 'notes'].map((name) => `brand.compliance.${name}`),
]
const campaignTexts = [
  'name',
  'description',
  'type',
  'messageFlow',
  'optinMessage',
  'optoutMessage',
  'helpMessage',
  'optinKeywords',
  'optoutKeywords',
  'helpKeywords',
  'useCases.0.sampleMessages.0',
].map((name) => `campaign.${name}`)

/** Puts the value at the dotted path. */
function put(body, path, value) {
  const steps = path.split('.')
  const last = steps.pop()
  let at = body
  for (const step of steps) at = at[step]
  at[last] = value
}

const aCampaign = () => ({ useCases: [{ messagingUseCaseUs: 'CUSTOMER_CARE', sampleMessages: ['x'] }] })

/** @type {import('../../harness/run.mjs').Goal} */
const everyCard = {
  id: 'CARD-8',
  tier: 1,
  title: 'Cards of every issuer, in one block and in their usual groups, are refused wherever text is taken',
  injectedBugs: [
    {
      name: 'the groups of American cards are not known',
      code: [{ file: 'contract/cards/card-text.js', find: '[2, /^6 [45] /]', put: '[2, /^never/]' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const { random } = t
    const ask = (method, path, body, headers = {}) =>
      send(environment.url, method, path, { key: environment.acme.admin, body, headers })
    const own = { inherit_tcr_brand: false, inherit_tcr_campaign: false, brand: aBrand() }
    t.equal((await ask('PATCH', `/v3/profiles/${id}`, own)).status, 200, 'a brand of its own')
    const written = (before, after) => `${before}${asWritten(random, card(random))}${after}`
    const text = (max) =>
      written(random.pick(['', 'Card ', 'n:', 'x']), random.pick(['', ' 12/27', '.', 'x'])).slice(0, max)
    const told = (reply, path) =>
      (reply.json?.error?.details?.[path.replace(/\.(\d+)/g, '[$1]')] ?? []).some((says) =>
        says.includes('card number'),
      )
    const places = {
      profile: [
        profileTexts,
        (values) => {
          const body = { billing_contact: aContact(), brand: aBrand(), sandbox: true }
          for (const [path, value] of values) put(body, path, value)
          return ask('PATCH', `/v3/profiles/${id}`, body)
        },
      ],
      campaign: [
        campaignTexts,
        (values) => {
          const body = { campaign: aCampaign(), sandbox: true }
          for (const [path, value] of values) put(body, path, value)
          return ask('POST', `/v3/profiles/${id}/campaigns`, body)
        },
      ],
      webhook: [
        ['display_name'],
        ([[, value]]) =>
          ask('POST', '/v3/webhooks', {
            display_name: value,
            endpoint_url: 'https://hooks.example.com/',
            sandbox: true,
          }),
      ],
      key: [['name'], ([[, value]]) => ask('POST', `/v3/profiles/${id}/keys`, { name: value, sandbox: true })],
      user: [
        ['name'],
        ([[, value]]) =>
          ask('POST', '/v3/users', { email: 'jane@example.com', name: value, role: 'developer', sandbox: true }),
      ],
      search: [['search'], ([[, value]]) => ask('GET', `/v3/profiles?search=${encodeURIComponent(value)}`)],
    }
    let cards = 0
    for (const [name, [paths, run]] of Object.entries(places)) {
      const rounds = Math.ceil(t.length(600, 100_000) / paths.length)
      for (let round = 0; round < rounds; round += 16) {
        const replies = Array.from({ length: Math.min(16, rounds - round) }, async () => {
          const values = paths.map((path) => [path, text(64)])
          return { values, reply: await run(values) }
        })
        for (const { values, reply } of await Promise.all(replies)) {
          cards += values.length
          for (const [path, value] of values)
            t.check(told(reply, path), `${name} ${path} took ${value}: ${reply.status} ${reply.text.slice(0, 300)}`)
        }
      }
    }
    const keys = t.length(600, 100_000)
    for (let at = 0; at < keys; at += 16) {
      const replies = Array.from({ length: Math.min(16, keys - at) }, () => {
        const key = asWritten(random, card(random)).replace(/[^\d]/g, '-')
        return ask('PATCH', `/v3/profiles/${id}`, { description: 'A key' }, { 'idempotency-key': `k${key}` })
      })
      for (const reply of await Promise.all(replies))
        t.equal(reply.json?.error?.code, 'VALIDATION_007', 'a card as Idempotency-Key')
    }
    t.figure('cards', cards + keys)
    t.figure(
      'places',
      Object.values(places).reduce((sum, [paths]) => sum + paths.length, 1),
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const cardWallGoals = [nothingElse, everyCard]
