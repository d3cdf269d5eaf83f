import { Failure } from '../../../contract/failure.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Campaign, deleteCampaignRequest, MALFORMED_ID } from '../campaign.fields.ts'
import { campaignEvent } from '../campaign.rules.ts'
import { type CampaignProfile, campaignInEffect, campaignProfileTarget, writerOf } from '../campaign.store.ts'
import { markCampaignDeleted } from '../campaign-write.store.ts'
import { checkDeletion } from '../change-checks.rules.ts'

function decide(call: Call<CampaignProfile>, current: Campaign | null): Plan {
  const { target: profile } = call
  if (current === null) throw new Failure('RESOURCE_010')
  checkDeletion(call, { isInheriting: profile.isInheriting, current })
  const writing = { ...writerOf(call), changes: [], event: campaignEvent('deleted', current) }
  return {
    data: null,
    etag: null,
    write: (db, _forwarded, kept) => markCampaignDeleted(db, current, { ...writing, at: call.now, kept }),
  }
}

/** `DELETE /v3/profiles/{profileId}/campaigns/{campaignId}`: soft, also of a submitted campaign (contract 9.4). */
export const deleteCampaign: WriteEndpoint<CampaignProfile, Campaign | null> = {
  kind: 'write',
  operation: 'deleteCampaign',
  method: 'DELETE',
  path: '/v3/profiles/:profileId/campaigns/:campaignId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_010', 'RESOURCE_014'],
  failPhrase: 'delete campaign',
  document: {
    tag: 'Campaigns',
    summary: 'Delete a campaign',
    description:
      'The campaign is no longer found or listed; its data stays stored. An inherited campaign cannot be deleted.',
    body: deleteCampaignRequest,
    answer: null,
  },
  takesBody: 'optional',
  targetParam: 'profileId',
  target: campaignProfileTarget,
  malformedId: MALFORMED_ID,
  facts: (db, { caller, target, params }) => campaignInEffect(db, caller, target, params.campaignId),
  decide,
}
