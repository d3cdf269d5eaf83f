import { findOrganization, type Organization } from '../resources/organizations/index.ts'
import { notFound, usage } from './command-failure.ts'
import type { Installation } from './installation.ts'
import { listOrganizations } from './operator.store.ts'

/** The organization that `--org` names, or the only one there is. Fails when there is none, or several to choose from. */
export async function chosenOrganization(installation: Installation, id: string | undefined): Promise<Organization> {
  const organizationId = id ?? (await onlyOrganization(installation))
  const organization = await findOrganization(installation.db, organizationId)
  if (organization === null) throw notFound(`There is no organization ${organizationId}.`)
  return organization
}

async function onlyOrganization(installation: Installation): Promise<string> {
  if (!installation.hasOwner) throw usage('--org is needed.')
  const organizations = await installation.asOwner(listOrganizations)
  const [first] = organizations
  if (first === undefined) throw notFound('There is no organization yet: make one with `letterhead org create`.')
  if (organizations.length > 1) {
    throw usage(`--org is needed: there are ${organizations.length} organizations (\`letterhead org list\`).`)
  }
  return first.organization_id
}
