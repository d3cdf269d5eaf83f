/**
 * Mutants that were judged to change nothing that anybody could notice. They are found by what they say, so that a change
 * of the code beside them brings them back for another look.
 *
 * @typedef {{ path: string, was: string, becomes: string | null, why: string }} Equivalent `becomes` null is whatever it becomes
 */

const same = (path, was, becomes, why) => ({ path, was, becomes, why })

const card = 'src/contract/card-text.ts'
const sign = 'a sum that ten divides is one of either sign'
const beyond = 'behind the last digit there is none: what is read is no number, and fits nothing'

/** @type {readonly Equivalent[]} */
const equivalents = [
  same('src/http/admission.ts', 'text !== undefined', 'true', 'the word "undefined" is no UUID either'),
  same('src/http/admission.ts', 'endpoint.targetParam === undefined', 'false', 'no path has a member of no name'),
  same(card, 'text.search(RUN) < 0', 'false', 'only saves time'),
  same(card, 'at < run.length', 'at <= run.length', beyond),
  same(card, 'first < digits.length', 'first <= digits.length', beyond),
  same(card, 'first + offset < digits.length', null, beyond),
  same(card, 'first + offset', 'first - offset', beyond),
  same(card, 'offset % 2 === 0', 'offset % 2 !== 0', 'both sums change places, and so does which of them counts'),
  same(card, 'evenDoubled += isEven ? doubled : digit', 'evenDoubled -= isEven ? doubled : digit', sign),
  same(card, 'oddDoubled += isEven ? digit : doubled', 'oddDoubled -= isEven ? digit : doubled', sign),
  same(
    'src/contract/luhn.ts',
    'sum += weighted > 9 ? weighted - 9 : weighted',
    'sum -= weighted > 9 ? weighted - 9 : weighted',
    sign,
  ),
  same('src/http/answer.ts', 'text === path', 'false', 'the name is then replaced by itself'),
  same('src/http/answer.ts', 'status >= 500', 'status > 500', 'no code of 500 says that a retry never helps'),
  same('src/http/card.ts', '!Object.hasOwn(body, ROOT)', 'false', 'what is absent is undefined, which answers alike'),
  same('src/http/card.ts', 'held === undefined', 'false', 'JSON has no undefined'),
]

/**
 * @param {string} path
 * @param {string} was
 * @param {string} becomes
 * @returns {boolean} whether the mutant was judged before
 */
export function isEquivalent(path, was, becomes) {
  return equivalents.some(
    (one) => one.path === path && one.was === was && (one.becomes === null || one.becomes === becomes),
  )
}
