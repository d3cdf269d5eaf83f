import type { Step } from '../registration.fields.ts'
import { callProvider } from './call-provider.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import { persist } from './persist.ts'
import { onDropped } from './rules/channel-transition.rules.ts'
import { isReferenceOf } from './rules/registry-transition.rules.ts'
import type { Effect } from './rules/step.rules.ts'

/**
 * What a registry and a carrier say of a registration whose run is over: an event has told that something changed, as a
 * campaign that a carrier suspends, an identity that is withdrawn, or a number that is taken out of its campaign. It is noted
 * and told; the profile's status is for people to decide.
 */
export async function refresh(options: RegistrationOptions, run: RunState): Promise<void> {
  if (run.isDeleted) return
  const effects = await readRegistry(options, run)
  const dropped = await readNumber(options, run)
  if (dropped !== null)
    await persist(options, run, {
      step: dropped,
      effects: [...effects, { kind: 'number_dropped' }],
      rest: { kind: 'failed', step: dropped.step },
    })
  else if (effects.length > 0) await persist(options, run, { effects })
}

async function readRegistry({ ports, providerMs }: RegistrationOptions, run: RunState): Promise<Effect[]> {
  const { brandRegistry: registry } = ports
  if (registry === null) return []
  const effects: Effect[] = []
  const tcrBrandId = run.brand?.tcr_brand_id ?? null
  if (tcrBrandId !== null) {
    const outcome = await registry.readBrand({ tcrBrandId, signal: AbortSignal.timeout(providerMs) })
    const isOurs = outcome.kind === 'done' && [null, run.brand?.id].includes(outcome.value.reference)
    if (outcome.kind === 'done' && isOurs) effects.push({ kind: 'brand_read', brand: outcome.value })
  }
  for (const { id, tcrCampaignId, telnyxCampaignId } of run.campaigns) {
    if ((tcrCampaignId ?? telnyxCampaignId) === null) continue
    const campaign = { tcrCampaignId, telnyxCampaignId }
    const outcome = await registry.readCampaign({ campaign, signal: AbortSignal.timeout(providerMs) })
    const isOurs = outcome.kind === 'done' && isReferenceOf(outcome.value.reference ?? id, id)
    if (outcome.kind === 'done' && isOurs) effects.push({ kind: 'campaign_read', id, campaign: outcome.value })
  }
  return effects
}

/** The carrier's step as it is now, where it had put the number of the profile into a campaign. */
async function readNumber(options: RegistrationOptions, run: RunState): Promise<{ index: number; step: Step } | null> {
  const index = run.registration.steps.findIndex(isInCampaign)
  const step = run.registration.steps[index]
  if (step === undefined || run.profile.sending_phone_number === null) return null
  const response = await callProvider(options, run, { step, question: 'read_assignment' })
  if (response.of !== 'assignment' || response.outcome.kind !== 'done') return null
  const dropped = onDropped(step, response.outcome.value)
  return dropped === null ? null : { index, step: dropped }
}

function isInCampaign({ step, state, call }: Step): boolean {
  return step === 'carrier' && state === 'done' && (call === 'assign_campaign' || call === 'read_assignment')
}
