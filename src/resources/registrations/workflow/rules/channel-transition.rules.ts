import type { NumberAssignment } from '../../../../ports/carrier.ts'
import type { Step } from '../../registration.fields.ts'
import { awaitAuthentication } from './authentication.rules.ts'
import { absent, type Circumstances, finished, goesOn, only, type Transition, waiting } from './step.rules.ts'

/** What follows when a carrier or WhatsApp has done, or found, what it was asked. Null values: there is none. */

export function onMessagingProfile(
  step: Step,
  found: { messagingProfileId: string } | null,
  { isLookup, at }: { isLookup: boolean; at: Circumstances },
): Transition {
  if (found === null) return only(isLookup ? absent(step, at) : goesOn(step, 'create_messaging_profile'))
  return {
    step: goesOn(step, 'connect_number'),
    effects: [{ kind: 'messaging_profile', id: found.messagingProfileId }],
  }
}

export function onConnection(step: Step, status: 'pending' | 'connected', at: Circumstances): Step {
  if (status === 'pending') return waiting(step, 'connect_number', 'The carrier connects the number.', 'poll', at)
  return at.hasCampaign ? goesOn(step, 'assign_campaign') : finished(step, 'The number is connected.')
}

export function onAssignment(step: Step, assignment: NumberAssignment | null, at: Circumstances): Step {
  if (assignment === null) return goesOn(step, 'assign_campaign')
  if (assignment.status === 'assigned') return finished(step, 'The number is connected and in its campaign.')
  if (assignment.status === 'leaving')
    return waiting(step, 'assign_campaign', 'The number leaves the campaign that it was in.', 'poll', at)
  if (assignment.status === 'elsewhere') return onElsewhere(step, at)
  if (assignment.status === 'pending')
    return waiting(step, 'read_assignment', 'The carriers put the number into its campaign.', 'poll', at)
  const says = assignment.says ?? 'The carriers refused the number for this campaign.'
  const feedback = [{ category: 'ASSIGNMENT', fields: ['sending_phone_number'], says }]
  return { ...step, state: 'correction_needed', says, feedback }
}

/**
 * A number that was put into its campaign is in it no longer, as when a carrier has taken it out; null where it still is, or
 * is on its way.
 */
export function onDropped(step: Step, found: NumberAssignment | null): Step | null {
  if (found !== null && found.status !== 'failed' && found.status !== 'elsewhere') return null
  const says = `${found?.says ?? 'The number is no longer in its campaign.'} Complete again to put it back, or use another number.`
  return {
    ...step,
    state: 'correction_needed',
    says,
    feedback: [{ category: 'ASSIGNMENT', fields: ['sending_phone_number'], says }],
  }
}

/** As long as a move from one campaign to another may take. */
const MOVE_MAX_MS = 3 * 24 * 3_600_000

/** It was put into the campaign, and is still in the one before: the carriers are at it, but not for ever. */
function onElsewhere(step: Step, at: Circumstances): Step {
  if (step.waiting_since === null || at.now - step.waiting_since <= MOVE_MAX_MS)
    return waiting(
      step,
      'read_assignment',
      'The number is still in another campaign; the carriers move it.',
      'poll',
      at,
    )
  const says = 'The number is still in another campaign. Take it out of that one, or use another number.'
  return {
    ...step,
    state: 'correction_needed',
    says,
    feedback: [{ category: 'ASSIGNMENT', fields: ['sending_phone_number'], says }],
  }
}

/** Commands with nothing in their answer. */
export function onCommand(step: Step, at: Circumstances): Transition {
  switch (step.call) {
    case 'deactivate_campaign':
      return { step: goesOn(step, 'submit_campaign'), effects: [{ kind: 'campaign_ended', id: step.subject ?? '' }] }
    case 'share_campaign':
      return only(waiting(step, 'read_campaign', 'The campaign is being reviewed.', 'review', at))
    case 'resend_authentication':
      return only(awaitAuthentication(step, 'The mail was sent again.', at))
    case 'subscribe_app':
      return only(goesOn(step, 'register_number'))
    default: {
      const effects: Transition['effects'] = [{ kind: 'whatsapp', event: 'registered' }]
      return { step: finished(step, 'The number is registered.'), effects }
    }
  }
}
