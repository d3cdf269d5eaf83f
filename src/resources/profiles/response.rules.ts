import { compileSerializer, type ValuesOf } from '../../contract/fields/field-table.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { type Brand, brandInEffect, presentBrand } from '../brands/index.ts'
import type { ProfileSettings } from './profile.fields.ts'
import { profileTable } from './profile-members.fields.ts'

/** A profile and what surrounds it, as far as an answer shows it. */
export interface Viewed extends ProfileSettings, ValuesOf<typeof profileTable, 'stored'> {
  waba_id: string | null
  brand: Brand | null
  organizationBrand: Brand | null
}

export interface View {
  /** The organization's e-mail address and WhatsApp Business Account: computed at read, so a change shows at once (contract 17-35). */
  email: string
  organizationWabaId: string | null
  showTaxId: boolean
}

const arrange = compileSerializer<Viewed, { email: string; waba_id: string | null; brand: JsonObject | null }>(
  profileTable,
)

/** The profile as an answer shows it, in the published order (contract 8.1). Every member is written, null where there is nothing. */
export function presentProfile(profile: Viewed, view: View): JsonObject {
  const shown = brandInEffect(profile)
  return arrange(profile, {
    email: view.email,
    waba_id: profile.waba_id ?? view.organizationWabaId,
    brand:
      shown === null ? null : presentBrand(shown.brand, { isInherited: shown.isInherited, showTaxId: view.showTaxId }),
  })
}
