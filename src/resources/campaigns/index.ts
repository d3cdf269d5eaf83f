import type { Endpoint } from '../../http/endpoint.ts'
import { createCampaign } from './endpoints/create.ts'
import { deleteCampaign } from './endpoints/delete.ts'
import { listCampaigns } from './endpoints/list.ts'
import { updateCampaign } from './endpoints/update.ts'

export { type Campaign, campaignRequest } from './campaign.fields.ts'
export {
  campaignAsRequest,
  campaignContent,
  campaignDifferences,
  campaignEvent,
  campaignLockProblem,
  newCampaign,
  presentCampaign,
} from './campaign.rules.ts'
export { campaignsOf, findOrganizationCampaign } from './campaign.store.ts'
export {
  END_CAMPAIGN_JOB,
  endCampaignsCte,
  findEndingCampaign,
  lockCampaign,
  noteCampaignEnded,
  noteRegistryCampaign,
  unlockCampaign,
} from './campaign-registry.store.ts'
export { insertCampaign, markCampaignDeleted, saveCampaign } from './campaign-write.store.ts'
export { holdOrganization } from './organization-campaign.store.ts'

export const campaignEndpoints: readonly Endpoint[] = [listCampaigns, createCampaign, updateCampaign, deleteCampaign]
