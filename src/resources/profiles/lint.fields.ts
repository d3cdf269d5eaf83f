import { oneOf, optional, text } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'

/** What a lint takes and answers. Of what is given only the shape is judged: a text that no registry takes is what it is about. */

/** The body of `POST /v3/profiles/{profileId}/lint`. */
export const lintRequest = Type.Object({
  brand: optional(
    Type.Unknown({
      description:
        'Members of the brand, as an update takes them, laid over the stored ones. Bounds and forms are not refused here, but found.',
      example: { business: { state: 'New York' } },
    }),
  ),
  campaigns: optional(
    Type.Unknown({
      description: 'Campaigns, as the calls of campaigns take them, instead of the stored ones.',
      example: [],
    }),
  ),
  acknowledged: optional(
    Type.Unknown({
      description: 'Rules whose words stand innocently in these texts: C18 and C19 can be named.',
      example: ['C19'],
    }),
  ),
})

const SEVERITIES = ['block', 'reject', 'warn', 'note'] as const
const dollars = (description: string, example: number) => Type.Number({ description, example })
const count = (severity: string) =>
  Type.Integer({ description: `Findings of severity ${severity}.`, example: severity === 'block' ? 1 : 0 })

const finding = Type.Object({
  rule: text({ max: 8 }, { description: 'Identifies the rule.', example: 'B27' }),
  pointer: text(
    { max: 300 },
    {
      description: 'Where it is: a JSON pointer (RFC 6901) into brand, campaigns and profile.',
      example: '/brand/business/state',
    },
  ),
  severity: oneOf(SEVERITIES, {
    description:
      'Block: a machine refuses it. Reject: a documented reason of a rejection. Warn: advice, or a weak sign. Note: money, speed and dates.',
    example: 'block',
  }),
  certainty: oneOf(['certain', 'likely', 'heuristic'], {
    description: 'Published with an exact test; published, with an approximate test of the text; an inference.',
    example: 'certain',
  }),
  message: text(
    { max: 500 },
    { description: 'What is wrong and what to do.', example: 'A state of the US is given as its two letters, as NY.' },
  ),
  fix: Type.Unknown({
    description:
      'A merge patch (RFC 7396) of brand and campaigns that takes the finding away, where one value is right; else null.',
    example: { brand: { business: { state: 'NY' } } },
  }),
  codes: Type.Array(text({ max: 80 }, { description: 'A code.', example: 'twilio:30701' }), {
    description: 'Codes of those who refuse for it, and a name of ours.',
  }),
  source: text({ max: 120 }, { description: 'What the rule was read from.', example: 'USPS Publication 28' }),
  as_of: text({ max: 10 }, { description: 'When the source was read.', example: '2026-10-01' }),
  cost_usd: dollars('The fee that is lost where it strikes, in US dollars.', 4.5),
})

/** The answer. */
export const lintResponse = Type.Object({
  findings: Type.Array(finding, { description: 'The gravest first.' }),
  summary: Type.Object(
    {
      block: count('block'),
      reject: count('reject'),
      warn: count('warn'),
      note: count('note'),
      at_risk_usd: dollars('What of the cost is lost if it is refused for one of the findings.', 4.5),
      cost_usd: dollars('What a submission costs now, in US dollars.', 19.5),
    },
    { description: 'Counts and costs.' },
  ),
})
