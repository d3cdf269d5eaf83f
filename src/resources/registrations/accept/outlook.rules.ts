import type { Details } from '../../../contract/failure.ts'
import { addBrokenRules } from '../../../contract/fields/rule.ts'
import type { RegistryFees } from '../../../ports/brand-registry.ts'
import type { Profile } from '../../profiles/index.ts'
import type { Charged, OutlookState } from '../preview.fields.ts'
import type { Step } from '../registration.fields.ts'
import { PREREQUISITES } from '../workflow/rules/result.rules.ts'
import {
  type CompletionInput,
  type Configured,
  completionFacts,
  type Intent,
  intentOf,
  isComplete,
  isUnderWay,
} from './intent.rules.ts'

/** What completing a profile would do, told without doing it: what it would lock, whom it would ask and what it would cost. */

export interface Order {
  for: Charged
  /** The brand or the campaign. */
  subject: string | null
  /** In US dollars; null where the price is not known here. */
  dollars: number | null
}

export interface Outlook {
  state: OutlookState
  /** What is to be corrected first, by member. */
  problems: Details
  locks: { what: 'brand' | 'campaign'; id: string }[]
  providers: readonly ('brand_registry' | 'carrier' | 'whatsapp')[]
  orders: Order[]
}

function nothing(state: OutlookState, problems: Details = {}): Outlook {
  return { state, problems, locks: [], providers: [], orders: [] }
}

/** The call with which a step begins, where it is one that is charged. A vetting is ordered where none is found. */
const CHARGES: Partial<Record<NonNullable<Step['call']>, readonly [Order['for'], keyof RegistryFees]>> = {
  submit_brand: ['brand', 'brand'],
  update_brand: ['brand_check', 'revet'],
  read_vetting: ['vetting', 'vetting'],
  submit_campaign: ['campaign_review', 'campaignReview'],
  update_campaign: ['campaign_review', 'campaignReview'],
  deactivate_campaign: ['campaign_review', 'campaignReview'],
}

function ordersOf(steps: readonly Step[], fees: RegistryFees): Order[] {
  return steps.flatMap(({ state, call, subject }) => {
    const charge = state === 'pending' && call !== null ? CHARGES[call] : undefined
    if (charge === undefined) return []
    const [what, fee] = charge
    return [{ for: what, subject, dollars: fees[fee] }]
  })
}

const PORT_OF_STEP = {
  brand: 'brand_registry',
  identity: 'brand_registry',
  vetting: 'brand_registry',
  campaign: 'brand_registry',
  campaign_review: 'brand_registry',
  carrier: 'carrier',
  whatsapp: 'whatsapp',
} as const

function providersOf(steps: readonly Step[]): Outlook['providers'] {
  const asked = steps.filter(({ state }) => state === 'pending' || state === 'unknown')
  const ports = asked.flatMap(({ step }) =>
    step in PORT_OF_STEP ? [PORT_OF_STEP[step as keyof typeof PORT_OF_STEP]] : [],
  )
  return [...new Set(ports)]
}

function locksOf({ brand, campaigns }: Intent): Outlook['locks'] {
  return [
    ...(brand === null ? [] : [{ what: 'brand' as const, id: brand.id }]),
    ...campaigns.map(({ id }) => ({ what: 'campaign' as const, id })),
  ]
}

/** What a run would come to a stop for at once, by member. */
function corrections(steps: readonly Step[]): Details {
  const problems: Details = {}
  for (const { state, feedback } of steps) {
    if (state !== 'correction_needed') continue
    for (const { fields, says } of feedback)
      for (const field of fields) problems[field] = [...(problems[field] ?? []), says]
  }
  return problems
}

/** The outlook of completing the profile as it is given here, by the rules of a completion. */
export function outlookOf(
  profile: Profile,
  input: CompletionInput,
  has: Configured & { registryFees: RegistryFees },
): Outlook {
  const problems: Details = {}
  addBrokenRules(PREREQUISITES, completionFacts(profile, input), problems)
  if (Object.keys(problems).length > 0) return nothing('incomplete', problems)
  if (isComplete(profile, input)) return nothing('complete')
  if (isUnderWay(input.registration)) return nothing('running')
  const intent = intentOf(profile, input, has)
  // Where one step cannot succeed nothing is sent to the registry.
  if (intent.steps.some(({ state }) => state === 'correction_needed'))
    return nothing('incomplete', corrections(intent.steps))
  return {
    state: 'ready',
    problems,
    locks: locksOf(intent),
    providers: providersOf(intent.steps),
    orders: ordersOf(intent.steps, has.registryFees),
  }
}
