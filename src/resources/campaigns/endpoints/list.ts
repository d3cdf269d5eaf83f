import { Failure } from '../../../contract/failure.ts'
import { Type } from '../../../contract/fields/schema.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { campaignResponse, MALFORMED_ID } from '../campaign.fields.ts'
import { presentCampaign } from '../campaign.rules.ts'
import { type CampaignProfile, campaignProfileTarget, campaignsOf } from '../campaign.store.ts'

/** `GET /v3/profiles/{profileId}/campaigns` (contract 9.4). */
export const listCampaigns: ReadEndpoint<CampaignProfile> = {
  kind: 'read',
  operation: 'listCampaigns',
  method: 'GET',
  path: '/v3/profiles/:profileId/campaigns',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_009', 'RESOURCE_014', 'VALIDATION_001'],
  failPhrase: 'retrieve campaigns',
  document: {
    tag: 'Campaigns',
    summary: "Get campaigns for a profile's brand",
    description:
      "Answers the campaigns of the profile, oldest first; the organization's while inherit_tcr_campaign is true. Those are read-only here.",
    answer: Type.Array(campaignResponse, { description: 'The campaigns, oldest first.' }),
  },
  targetParam: 'profileId',
  target: campaignProfileTarget,
  malformedId: MALFORMED_ID,
  read: async (db, { caller, target }) => {
    if (target.brandId === null) throw new Failure('RESOURCE_009')
    const { organization_id: organizationId } = caller.organization
    const owner = target.isInheriting
      ? { id: organizationId, brandId: target.organizationBrandId }
      : { id: target.id, brandId: target.brandId }
    const campaigns = await campaignsOf(db, organizationId, owner.id)
    return { data: campaigns.map((campaign) => presentCampaign(campaign, owner.brandId)) }
  },
}
