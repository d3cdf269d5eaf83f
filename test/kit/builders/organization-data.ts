import type { JsonObject } from '../../../src/contract/fields/json-value.ts'
import { newId } from '../../../src/contract/new-id.ts'
import { applyBrand } from '../../../src/resources/brands/index.ts'
import { findOrganizationBrand, saveOrganizationBrand } from '../../../src/resources/brands/organization-brand.store.ts'
import {
  campaignContent,
  campaignEvent,
  holdOrganization,
  insertCampaign,
  newCampaign,
} from '../../../src/resources/campaigns/index.ts'
import { findOrganization } from '../../../src/resources/organizations/index.ts'
import type { TestApp } from '../servers/app.ts'
import type { Json } from '../servers/client.ts'

/** What an operator gives an organization for its profiles to inherit, written by the stores that the commands use. */

/** A brand for the organization. @returns its id. */
export async function giveBrand({ app, keys }: TestApp, organizationId: string): Promise<string> {
  const organization = await findOrganization(app.db, organizationId)
  const id = newId()
  await saveOrganizationBrand(app.db, organizationId, {
    id,
    sections: {
      contact: { name: 'Jane Smith' },
      business: { legal_name: 'Example LLC' },
      compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT' },
    },
    cipher: keys.open(organization?.data_key ?? '', organizationId),
  })
  return id
}

/** A brand for the organization from the members of a request, kept under the id of one that is there. @returns its id. */
export async function giveBrandOf({ app, keys }: TestApp, organizationId: string, request: object): Promise<string> {
  const organization = await findOrganization(app.db, organizationId)
  const cipher = keys.open(organization?.data_key ?? '', organizationId)
  return app.db.transaction(organizationId, async (tx) => {
    const stored = await findOrganizationBrand(tx, organizationId, cipher)
    const id = stored?.id ?? newId()
    const sections = applyBrand(stored, request as JsonObject, new Set())
    await saveOrganizationBrand(tx, organizationId, { id, sections, cipher })
    return id
  })
}

/** A campaign of the organization. @returns its id. */
export async function giveCampaign({ app }: TestApp, organizationId: string, request: Json): Promise<string> {
  return app.db.transaction(organizationId, async (tx) => {
    const { now } = await holdOrganization(tx, organizationId)
    const content = campaignContent(request as JsonObject, [], { now, newId })
    const campaign = newCampaign({ id: newId(), ownerId: organizationId, now }, content)
    const owner = { organizationId, id: organizationId, version: null }
    const actor = { requestId: null, keyId: null, userId: null }
    const event = campaignEvent('created', campaign)
    await insertCampaign(tx, campaign, { owner, actor, changes: [], event, kept: null })
    return campaign.id
  })
}
