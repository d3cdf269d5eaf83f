/**
 * Mutants that were judged to change nothing that anybody could notice. They are found by what they say, so that a change
 * of the code beside them brings them back for another look.
 *
 * @typedef {{ path: string, was: string, becomes: string | null, why: string, within: string }} Equivalent `becomes` null is
 *   whatever it becomes; `within` is a part of the line in which the mutant begins
 */

const same = (path, was, becomes, why, within = '') => ({ path, was, becomes, why, within })

const card = 'src/contract/cards/card-text.ts'
const exchange = 'src/egress/exchange.ts'
const resolve = 'src/egress/resolve.ts'
const once = 'a signal aborts once'
const label = 'a group that may be empty need not be left out'
const host = String.raw`/^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/`
const typed = 'whatever Node emits as an error is an object'
const alone = 'each request has an agent of its own, and asks for the connection to be closed'
const sign = 'a sum that ten divides is one of either sign'
const registrations = 'src/resources/registrations'
const profiles = 'src/resources/profiles/profile.rules.ts'
const list = 'src/resources/profiles/list.rules.ts'
const brands = 'src/resources/brands/brand.rules.ts'
const campaigns = 'src/resources/campaigns/campaign.rules.ts'
const settings = 'src/config/validate.rules.ts'
const asked = 'a rule is asked for its words where it is broken'
const section = 'every section is in the table'
const sectionOf = 'MEMBERS.find((one) => one.section === section)'
const sectionFields = '(SECTIONS[section] as Record<string, { secret?: string }>)'
const brandMapping = `${registrations}/accept/brand-mapping.rules.ts`
const mask = `${registrations}/workflow/rules/redact.rules.ts`
const kindPrefix = "/^([a-z]{2})[_-]/i.exec(kind ?? '')"
const taxPrefix = "/^([A-Z]{2})/i.exec(taxId ?? '')"
const anything = '"Stryker was here!"'
const campaignWords = [
  "case 'campaign':",
  '      return {',
  '        ...reply,',
  '        outcome: withValue(reply.outcome, (campaign) => campaign && { ...campaign, says: cleanOrNull(campaign.says) }),',
  '      }',
].join('\n')
const reads = 'a rule that reads a member of no name reads none'
const beyond = 'behind the last digit there is none: what is read is no number, and fits nothing'

/** @type {readonly Equivalent[]} */
const equivalents = [
  same('src/http/auth/authenticate.ts', 'text !== undefined', 'true', 'the word "undefined" is no UUID either'),
  same(
    'src/http/auth/authenticate.ts',
    'endpoint.targetParam === undefined',
    'false',
    'no path has a member of no name',
  ),
  same(card, 'text.search(MASKED_RUN) < 0', 'false', 'only saves time'),
  same('src/contract/cards/long-numbers.ts', 'starts.length === 0', 'false', 'only saves time'),
  same('src/contract/cards/long-numbers.ts', '[]', null, 'nothing lies within a place that is none'),
  same(card, 'first + offset < digits.length', null, beyond),
  same(card, 'first + offset', 'first - offset', beyond),
  same(card, 'offset % 2 === 0', 'offset % 2 !== 0', 'both sums change places, and so does which of them counts'),
  same(card, 'evenDoubled += isEven ? doubled : digit', 'evenDoubled -= isEven ? doubled : digit', sign),
  same(card, 'oddDoubled += isEven ? digit : doubled', 'oddDoubled -= isEven ? digit : doubled', sign),
  same(
    'src/contract/cards/luhn.ts',
    'sum += weighted > 9 ? weighted - 9 : weighted',
    'sum -= weighted > 9 ? weighted - 9 : weighted',
    sign,
  ),
  same('src/http/response.ts', 'text === path', 'false', 'the name is then replaced by itself'),
  same('src/http/response.ts', 'status >= 500', 'status > 500', 'no code of 500 says that a retry never helps'),
  same(
    'src/http/card-input.ts',
    '!Object.hasOwn(body, ROOT)',
    'false',
    'what is absent is undefined, which answers alike',
  ),
  same('src/http/card-input.ts', 'held === undefined', 'false', 'JSON has no undefined'),
  same(
    exchange,
    '[]',
    '["Stryker was here"]',
    'where there is an error, nobody reads the addresses',
    'callback(new Stopped',
  ),
  same(exchange, 'options.all === true', 'true', 'with autoSelectFamily Node always asks for all'),
  same(exchange, '{ keepAlive: false }', '{}', alone),
  same(exchange, '{ keepAlive: false, maxCachedSessions: 0 }', '{}', alone),
  same(exchange, 'false', 'true', alone, 'keepAlive: false'),
  same(exchange, '{ servername: hostname }', '{}', 'it is the host, as Node chooses by itself'),
  same(exchange, 'ca === undefined', 'false', 'an undefined option is none'),
  same('src/egress/target.rules.ts', host, host.replace('{0,62})?', '{0,62})'), label),
  same('src/egress/target.rules.ts', host, host.replace('{0,62})?)', '{0,62}))'), label),
  same('src/egress/index.ts', 'ca === undefined', 'false', 'an undefined option is none'),
  same('src/egress/index.ts', "'utf8'", '""', 'is what Node takes where nothing is named'),
  same(exchange, 'bytes > ANSWER_BYTES_MAX', 'bytes >= ANSWER_BYTES_MAX', 'one byte of what is dropped'),
  same(exchange, "'error'", '""', 'the close that follows says the same', 'response.on('),
  same(exchange, "'close'", '""', 'the error before it says the same', 'response.on('),
  same(
    exchange,
    "() => reject(new Stopped('connection_failed'))",
    '() => undefined',
    'the error before it says the same',
  ),
  same(exchange, "'connection_failed'", '""', 'the error before it says the same'),
  same(exchange, "''", '"Stryker was here!"', 'no class of address has either', 'remoteAddress'),
  same(exchange, "''", '"Stryker was here!"', typed, 'String(error.code)'),
  ...[
    "typeof error === 'object' && error !== null && 'code' in error",
    "typeof error === 'object' && error !== null",
    "typeof error === 'object'",
    'error !== null',
  ].map((was) => same(exchange, was, null, typed)),
  same(resolve, '{ once: true }', '{}', once),
  same(resolve, 'true', 'false', once, 'once: true'),
  same(
    `${registrations}/accept/plan.rules.ts`,
    "''",
    anything,
    'neither is a state of an identity',
    'VERIFIED.includes',
  ),
  same(`${registrations}/accept/plan.rules.ts`, 'known.call === null', 'false', 'no call is not among those sent once'),
  same(
    `${registrations}/workflow/rules/step.rules.ts`,
    'step.call !== null',
    'true',
    'no call is not among those sent once',
  ),
  same(
    `${registrations}/workflow/rules/transition.rules.ts`,
    "outcome.kind !== 'done'",
    'false',
    'only such an outcome comes here',
  ),
  same(
    `${registrations}/workflow/rules/transition.rules.ts`,
    "'only an outcome that is done gives a value'",
    null,
    'nobody ever reads it',
  ),
  same(
    `${registrations}/workflow/rules/channel-transition.rules.ts`,
    "''",
    anything,
    'a step of a campaign names it',
    'step.subject',
  ),
  same(
    `${registrations}/workflow/rules/registry-transition.rules.ts`,
    "''",
    anything,
    'a step of a campaign names it',
    'step.subject',
  ),
  same(
    `${registrations}/accept/intent.rules.ts`,
    '[]',
    '["Stryker was here"]',
    'a text is no step of any name',
    '?.steps ?? []',
  ),
  same(
    `${registrations}/workflow/rules/redact.rules.ts`,
    campaignWords,
    "case 'campaign':",
    'an assignment is cleaned in the same way',
  ),
  same(`${registrations}/workflow/rules/numbers.rules.ts`, 'at !== null', 'true', 'no profile has the id null'),
  same('src/resources/profiles/reference.rules.ts', 'at !== null', 'true', 'no profile has the id null'),
  same(`${registrations}/workflow/rules/result.rules.ts`, '[]', '["Stryker was here"]', reads, 'reads: []'),
  same(campaigns, '[]', '["Stryker was here"]', reads, 'reads: []'),
  same(mask, "'digit'", '""', 'another name of the kind'),
  same(mask, "'letter'", '""', 'another name of the kind'),
  same(mask, 'at - 1', 'at + 1', 'the mask of a run stands at its end, where nothing of it is left'),
  same(brandMapping, `${kindPrefix}?.[1]?.toUpperCase`, `${kindPrefix}?.[1].toUpperCase`, 'what fits has the group'),
  same(brandMapping, `${taxPrefix}?.[1]?.toUpperCase`, `${taxPrefix}?.[1].toUpperCase`, 'what fits has the group'),
  same(brandMapping, "''", anything, 'neither is a kind of number', 'kind ??'),
  same(brandMapping, '/^\\d{5}$/', '/\\d{5}$/', 'it was cut to five characters'),
  same(brandMapping, '/^\\d{5}$/', '/^\\d{5}/', 'it was cut to five characters'),
  same(brandMapping, 'brand.taxId === null', 'false', 'no number has no country', "!== 'US'"),
  same(
    `${registrations}/accept/campaign-mapping.rules.ts`,
    'turn < longest',
    'turn <= longest',
    'no use case has so many samples',
  ),
  same(`${registrations}/accept/campaign-mapping.rules.ts`, "''", anything, 'neither is a number', 'typeof volume'),
  same(profiles, "'unknown'", '""', asked, 'REFERENCE_SAYS'),
  same(profiles, 'problem(change)?.kind', 'problem(change).kind', asked),
  same(profiles, "''", anything, asked, 'lockProblem'),
  same(list, '{\n    found = null\n  }', '{}', 'it is null from the start'),
  same(list, '[]', '["Stryker was here"]', 'neither has a time or an id', 'found ??'),
  ...['created_at === undefined || id === undefined', 'created_at === undefined', 'id === undefined'].flatMap((was) => [
    same(list, was, 'false', 'what fits has both, and no time is none of the calendar'),
    same(list, was, 'created_at === undefined && id === undefined', 'what fits has both'),
  ]),
  same(brands, 'clears.size > 0', 'true', 'only saves time'),
  same(brands, 'clears.size > 0', 'clears.size >= 0', 'only saves time'),
  same(brands, 'from !== to', 'true', 'only saves time'),
  same(brands, '[]', '["Stryker was here"]', section, '?.members ?? []'),
  same(brands, `${sectionOf}?.members`, `${sectionOf.replace('(one)', 'one')}.members`, section),
  same(brands, `${sectionFields}[given]?.secret`, null, 'every member is declared'),
  same(campaigns, "''", anything, asked, 'campaignLockProblem'),
  same(campaigns, '[]', '["Stryker was here"]', 'a text is no use case', 'request.useCases : []'),
  same(
    'src/resources/campaigns/change-checks.rules.ts',
    'false',
    'true',
    'differs in clears, which a campaign has none of',
  ),
  same('src/resources/webhooks/subscription.rules.ts', "''", anything, 'a text has a first part', "parent = ''"),
  same('src/resources/webhooks/attempt.rules.ts', 'status !== null', 'true', 'null is less than 200'),
  same(settings, "''", anything, 'a text has a first part', "split('=')"),
  same(settings, "''", anything, 'neither holds an option of Node.js', 'flags.nodeOptions'),
  same(settings, '/\\s+/', '/\\s/', 'an empty word is no option of Node.js'),
  same('src/encryption/key-check.rules.ts', "''", anything, 'what is noted of a sealing key has its id', "id = ''"),
]

/**
 * @param {string} path
 * @param {string} was
 * @param {string} becomes
 * @param {string} line of the source
 * @returns {boolean} whether the mutant was judged before
 */
export function isEquivalent(path, was, becomes, line) {
  return equivalents.some(
    (one) =>
      one.path === path &&
      one.was === was &&
      (one.becomes === null || one.becomes === becomes) &&
      line.includes(one.within),
  )
}
