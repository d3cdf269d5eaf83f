import type { CampaignForRegistry } from '../ports/brand-registry.ts'
import type { Refusal } from '../ports/outcome.ts'
import { REGISTRY_REASONS } from '../ports/registry-reasons.ts'
import type { Qualification } from './ten-dlc-wire.ts'

/** Why the registry would refuse the campaign, from what it says of the use case before anything is charged. */
export function qualificationRefusal(
  { qualifies, subUsecasesMin, subUsecasesMax }: Qualification,
  campaign: CampaignForRegistry,
): Refusal | null {
  if (!qualifies) return REGISTRY_REASONS.brandNotVerified
  const count = campaign.subUsecases.length
  if (count >= subUsecasesMin && count <= Math.max(subUsecasesMax, subUsecasesMin)) return null
  return {
    member: 'campaign.useCases',
    says: `The registry takes ${subUsecasesMin} to ${subUsecasesMax} use cases in a campaign of ${campaign.usecase}.`,
  }
}
