import type { Outcome, Refusal } from '../../../../ports/outcome.ts'
import { maskValues } from './mask.rules.ts'
import type { ProviderResponse } from './transition.rules.ts'

/**
 * What a provider says is shown to every role and kept as it is read, so nothing that is encrypted elsewhere may stand in it,
 * and it may be of any length and content (reliability TEN-6).
 */

const WORDS_MAX = 500
const ENTRIES_MAX = 20

/** The text in one line of at most 500 characters, without the given values, however they are spelt (`maskValues`). */
export function cleanWords(text: string, secrets: readonly string[]): string {
  // Cut afterwards: a cut before could leave the beginning of a value, which nothing would find.
  return maskValues(text, secrets)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX)
}

/** A path of our own request, or nothing. */
function cleanFields(fields: readonly string[]): string[] {
  return fields.filter((field) => /^[A-Za-z0-9_.[\]]{1,100}$/.test(field)).slice(0, ENTRIES_MAX)
}

function withValue<T>(outcome: Outcome<T>, clean: (value: T) => T): Outcome<T> {
  return outcome.kind === 'done' ? { kind: 'done', value: clean(outcome.value) } : outcome
}

/** The reply with everything cleaned that a provider worded. */
export function redactResponse(reply: ProviderResponse, secrets: readonly string[]): ProviderResponse {
  const clean = (text: string) => cleanWords(text, secrets)
  const cleanOrNull = (text: string | null) => (text === null ? null : clean(text))
  if (reply.outcome.kind === 'refused') {
    const refusals: Refusal[] = reply.outcome.refusals
      .slice(0, ENTRIES_MAX)
      .map(({ member, says }) => ({ member: cleanFields([member])[0] ?? '', says: clean(says) }))
    return { ...reply, outcome: { kind: 'refused', refusals } } as ProviderResponse
  }
  switch (reply.of) {
    case 'feedback':
      return {
        ...reply,
        outcome: withValue(reply.outcome, (found) =>
          found.slice(0, ENTRIES_MAX).map(({ category, fields, says }) => ({
            category: clean(category).slice(0, 100),
            fields: cleanFields(fields),
            says: clean(says),
          })),
        ),
      }
    case 'vetting':
    case 'authentication':
      return {
        ...reply,
        outcome: withValue(
          reply.outcome,
          (vetting) => vetting && { ...vetting, reasons: vetting.reasons.slice(0, ENTRIES_MAX).map(clean) },
        ),
      } as ProviderResponse
    case 'campaign':
      return {
        ...reply,
        outcome: withValue(reply.outcome, (campaign) => campaign && { ...campaign, says: cleanOrNull(campaign.says) }),
      }
    case 'assignment':
      return {
        ...reply,
        outcome: withValue(
          reply.outcome,
          (assignment) => assignment && { ...assignment, says: cleanOrNull(assignment.says) },
        ),
      }
    default:
      return reply
  }
}
