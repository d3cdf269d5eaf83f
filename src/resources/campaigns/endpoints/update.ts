import { Failure } from '../../../contract/failure.ts'
import { newId } from '../../../contract/new-id.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Campaign, campaignBody, campaignResponse, MALFORMED_ID } from '../campaign.fields.ts'
import { campaignContent, campaignDifferences, campaignEvent, presentCampaign } from '../campaign.rules.ts'
import { type CampaignProfile, campaignInEffect, campaignProfileTarget, writerOf } from '../campaign.store.ts'
import { saveCampaign } from '../campaign-write.store.ts'
import { readCampaign } from '../change-checks.rules.ts'

function decide(call: Call<CampaignProfile>, current: Campaign | null): Plan {
  const { target: profile, now } = call
  if (current === null) throw new Failure('RESOURCE_010')
  const sent = readCampaign(call, { isInheriting: profile.isInheriting, current })
  const content = campaignContent(sent, current.useCases, { now, newId })
  const after = { ...current, ...content, updatedAt: now }
  const writing = {
    ...writerOf(call),
    changes: campaignDifferences(current, after),
    event: campaignEvent('updated', after),
  }
  return {
    data: presentCampaign(after, profile.brandId),
    etag: null,
    write: (db, _forwarded, kept) => saveCampaign(db, after, { ...writing, kept }),
  }
}

/** `PUT /v3/profiles/{profileId}/campaigns/{campaignId}`: replaces the campaign as a whole (contract 9.4, 17-16). */
export const updateCampaign: WriteEndpoint<CampaignProfile, Campaign | null> = {
  kind: 'write',
  operation: 'updateCampaign',
  method: 'PUT',
  path: '/v3/profiles/:profileId/campaigns/:campaignId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_010', 'RESOURCE_014'],
  failPhrase: 'update campaign',
  document: {
    tag: 'Campaigns',
    summary: 'Update a campaign',
    description:
      'Replaces the campaign as a whole: optional members that are left out or null read null afterwards. A use case of a kind that is stored keeps its id. A campaign that was submitted to TCR, or is inherited, cannot be changed.',
    body: campaignBody,
    answer: campaignResponse,
  },
  takesBody: 'required',
  targetParam: 'profileId',
  target: campaignProfileTarget,
  malformedId: MALFORMED_ID,
  facts: (db, { caller, target, params }) => campaignInEffect(db, caller, target, params.campaignId),
  decide,
}
