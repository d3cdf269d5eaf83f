import { Failure } from '../../../contract/failure.ts'
import { newId } from '../../../contract/new-id.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { campaignBody, campaignResponse, MALFORMED_ID } from '../campaign.fields.ts'
import { campaignContent, campaignDifferences, campaignEvent, newCampaign, presentCampaign } from '../campaign.rules.ts'
import { type CampaignProfile, campaignProfileTarget, writerOf } from '../campaign.store.ts'
import { insertCampaign } from '../campaign-write.store.ts'
import { readCampaign } from '../change-checks.rules.ts'

function decide(call: Call<CampaignProfile>): Plan {
  const { target: profile, now } = call
  if (profile.brandId === null) throw new Failure('RESOURCE_009')
  const sent = readCampaign(call, { isInheriting: profile.isInheriting, current: null })
  const campaign = newCampaign({ id: call.newId, ownerId: profile.id, now }, campaignContent(sent, [], { now, newId }))
  const writing = {
    ...writerOf(call),
    changes: campaignDifferences(null, campaign),
    event: campaignEvent('created', campaign),
  }
  return {
    data: presentCampaign(campaign, profile.brandId),
    etag: null,
    write: (db, _forwarded, kept) => insertCampaign(db, campaign, { ...writing, kept }),
  }
}

/** `POST /v3/profiles/{profileId}/campaigns` (contract 9.4). */
export const createCampaign: WriteEndpoint<CampaignProfile, undefined> = {
  kind: 'write',
  operation: 'createCampaign',
  method: 'POST',
  path: '/v3/profiles/:profileId/campaigns',
  rateClass: 'standard',
  status: 201,
  errors: ['RESOURCE_009', 'RESOURCE_014'],
  failPhrase: 'create campaign',
  document: {
    tag: 'Campaigns',
    summary: "Create a campaign for a profile's brand",
    description:
      'Creates a campaign that no registry knows yet. Refused while inherit_tcr_campaign is true: then the profile uses those of its organization.',
    body: campaignBody,
    answer: campaignResponse,
  },
  takesBody: 'required',
  targetParam: 'profileId',
  target: campaignProfileTarget,
  malformedId: MALFORMED_ID,
  decide,
}
