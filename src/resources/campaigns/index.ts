import type { Endpoint } from '../../http/endpoint.ts'
import { createCampaign } from './endpoints/create.ts'
import { deleteCampaign } from './endpoints/delete.ts'
import { listCampaigns } from './endpoints/list.ts'
import { updateCampaign } from './endpoints/update.ts'

export const campaignEndpoints: readonly Endpoint[] = [listCampaigns, createCampaign, updateCampaign, deleteCampaign]
