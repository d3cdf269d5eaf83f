export {
  findOrganization,
  insertOrganization,
  type NewOrganization,
  ORGANIZATION_STATES,
  type Organization,
  type OrganizationState,
  setOrganizationState,
  setOrganizationWaba,
} from './organization.store.ts'
