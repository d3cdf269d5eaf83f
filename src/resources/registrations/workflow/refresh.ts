import type { RegistrationOptions, RunState } from './load.ts'
import { record } from './persist.ts'
import { isReferenceOf } from './rules/registry-transition.rules.ts'
import type { Effect } from './rules/step.rules.ts'

/**
 * What a registry says of a registration whose run is over: an event has told that something changed, as a campaign that a
 * carrier suspends or an identity that is withdrawn. It is noted and told; the profile's status is for people to decide.
 */
export async function refresh(options: RegistrationOptions, work: RunState): Promise<void> {
  const { brandRegistry: registry } = options.ports
  if (registry === null || work.isDeleted) return
  const effects: Effect[] = []
  const tcrBrandId = work.brand?.tcr_brand_id ?? null
  if (tcrBrandId !== null) {
    const outcome = await registry.readBrand({ tcrBrandId, signal: AbortSignal.timeout(options.providerMs) })
    const isOurs = outcome.kind === 'done' && [null, work.brand?.id].includes(outcome.value.reference)
    if (outcome.kind === 'done' && isOurs) effects.push({ kind: 'brand_read', brand: outcome.value })
  }
  for (const { id, tcrCampaignId, telnyxCampaignId } of work.campaigns) {
    if ((tcrCampaignId ?? telnyxCampaignId) === null) continue
    const campaign = { tcrCampaignId, telnyxCampaignId }
    const outcome = await registry.readCampaign({ campaign, signal: AbortSignal.timeout(options.providerMs) })
    const isOurs = outcome.kind === 'done' && isReferenceOf(outcome.value.reference ?? id, id)
    if (outcome.kind === 'done' && isOurs) effects.push({ kind: 'campaign_read', id, campaign: outcome.value })
  }
  if (effects.length > 0) await record(options, work, { effects })
}
