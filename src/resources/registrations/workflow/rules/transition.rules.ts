import type {
  RegisteredBrand,
  RegisteredCampaign,
  RegistryFeedback,
  Vetting,
} from '../../../../ports/brand-registry.ts'
import type { NumberAssignment } from '../../../../ports/carrier.ts'
import type { Outcome, Refusal } from '../../../../ports/outcome.ts'
import type { Feedback, Step } from '../../registration.fields.ts'
import { awaitAuthentication, onAuthentication } from './authentication.rules.ts'
import { onAssignment, onCommand, onConnection, onMessagingProfile } from './channel-transition.rules.ts'
import { type ProviderRequest, READS } from './next-action.rules.ts'
import { onBrand, onCampaign, onFeedback, onVetting } from './registry-transition.rules.ts'
import {
  type Circumstances,
  type Effect,
  notAsked,
  notAvailable,
  only,
  type Transition,
  unanswered,
} from './step.rules.ts'

/** The second half of a registration's step function: what follows from an answer. */

/** What a provider answered, by the shape of its value. */
export type ProviderResponse =
  | { of: 'brand'; outcome: Outcome<RegisteredBrand | null> }
  | { of: 'feedback'; outcome: Outcome<RegistryFeedback[]> }
  | { of: 'vetting'; outcome: Outcome<Vetting | null> }
  | { of: 'authentication'; outcome: Outcome<Vetting | null> }
  | { of: 'campaign'; outcome: Outcome<RegisteredCampaign | null> }
  | { of: 'messaging_profile'; outcome: Outcome<{ messagingProfileId: string } | null> }
  | { of: 'connection'; outcome: Outcome<{ status: 'pending' | 'connected' }> }
  | { of: 'assignment'; outcome: Outcome<NumberAssignment | null> }
  | { of: 'nothing'; outcome: Outcome<unknown> }

/** The step after the answer to `question`, and what has to be written with it. */
export function apply(step: Step, question: ProviderRequest, reply: ProviderResponse, at: Circumstances): Transition {
  const { outcome } = reply
  const isLookup = step.state === 'unknown' || (step.state === 'calling' && question !== step.call)
  switch (outcome.kind) {
    case 'done':
      return applyDone(step, reply, { isLookup, at })
    case 'refused':
      if (question === 'resend_authentication')
        return only(awaitAuthentication(step, outcome.refusals.map(({ says }) => says).join(' '), at))
      return { step: refusedStep(step, question, outcome.refusals), effects: refusedEffects(step) }
    case 'unavailable':
      return only(notAvailable(step, isLookup, outcome.retryAfterSeconds * 1_000, at))
    case 'not_asked':
      return only(notAsked(step, question, isLookup, { ...at, retryAfterSeconds: outcome.retryAfterSeconds }))
    // `mismatch`: the provider has a record with our reference, so it is looked up like a call without an answer.
    case 'mismatch':
    case 'timeout':
      return only(unanswered(step, question, isLookup, at))
  }
}

/** Members of a carrier's and WhatsApp's refusals, as the customer knows them. A registry's are paths of ours already. */
const FIELDS: Record<string, string> = {
  phone_number: 'sending_phone_number',
  access_token: 'whatsapp_business_account.access_token',
  waba_id: 'whatsapp_business_account.waba_id',
  phone_number_id: 'whatsapp_business_account.phone_number_id',
}

/** A refused command is for the customer to correct; a refused question for the operator: an id is not what it was. */
function refusedStep(step: Step, question: ProviderRequest, refusals: readonly Refusal[]): Step {
  const words = refusals.map(({ says }) => says).join(' ')
  const says = words === '' ? 'The provider refuses it and does not say why.' : words
  if (READS.has(question)) return { ...step, state: 'parked', says }
  const feedback: Feedback[] = refusals.map((refusal) => ({
    category: 'REFUSED',
    fields: refusal.member === '' ? [] : [FIELDS[refusal.member] ?? refusal.member],
    says: refusal.says,
  }))
  return { ...step, state: 'correction_needed', says, feedback }
}

function refusedEffects({ step }: Step): Effect[] {
  return step === 'whatsapp' ? [{ kind: 'whatsapp', event: 'failed' }] : []
}

function applyDone(
  step: Step,
  reply: ProviderResponse,
  answering: { isLookup: boolean; at: Circumstances },
): Transition {
  switch (reply.of) {
    case 'brand':
      return onBrand(step, given(reply.outcome), answering)
    case 'feedback':
      return only(onFeedback(step, given(reply.outcome)))
    case 'vetting':
      return onVetting(step, given(reply.outcome), answering)
    case 'authentication':
      return only(onAuthentication(step, given(reply.outcome), answering.at))
    case 'campaign':
      return onCampaign(step, given(reply.outcome), answering)
    case 'messaging_profile':
      return onMessagingProfile(step, given(reply.outcome), answering)
    case 'connection':
      return only(onConnection(step, given(reply.outcome).status, answering.at))
    case 'assignment':
      return only(onAssignment(step, given(reply.outcome), answering.at))
    case 'nothing':
      return onCommand(step, answering.at)
  }
}

function given<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'done') throw new Error('only an outcome that is done gives a value')
  return outcome.value
}
