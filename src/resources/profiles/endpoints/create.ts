import { profileEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import { isJsonObject } from '../../../contract/fields/json-value.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { cardStep, whatsappStep } from '../../../http/pipeline/provider-steps.ts'
import type { Brand } from '../../brands/index.ts'
import { brandAfter, historyEntry, shown } from '../change.rules.ts'
import { eventsOf } from '../event.rules.ts'
import { problemsOf } from '../problems.rules.ts'
import { DEFAULT_SETTINGS, type Profile, type StoredPaymentMethod } from '../profile.fields.ts'
import { applySettings } from '../profile.rules.ts'
import { organizationBrandTarget } from '../profile.store.ts'
import { profileResponse } from '../profile-answer.fields.ts'
import { createDocument, createRequest } from '../profile-request.fields.ts'
import { insertProfile, type WhatsappLink } from '../profile-write.store.ts'

const check = compileCheck(createRequest)

function whatsappLink(value: unknown): WhatsappLink | null {
  if (!isJsonObject(value as never)) return null
  const { waba_id, phone_number_id, access_token } = value as Record<string, string | undefined>
  return { waba_id: String(waba_id), phone_number_id: phone_number_id ?? null, access_token: String(access_token) }
}

function decide(call: Call<{ brand: Brand | null }>): Plan {
  const { caller } = call
  const { reading } = call
  const details = problemsOf({
    early: call.earlyProblems,
    reading,
    checked: reading.values,
    check,
    isStrict: call.isStrict,
    change: {
      current: DEFAULT_SETTINGS,
      reading,
      brandLock: null,
      hasCard: call.card !== null,
      storedBusiness: null,
      references: [],
    },
  })
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const whatsapp = whatsappLink(reading.values.whatsapp_business_account)
  if (whatsapp === null && caller.organization.waba_id === null) throw new Failure('BUSINESS_009')
  const brand = brandAfter(null, reading, call)
  const profile: Profile = {
    ...applySettings({ ...DEFAULT_SETTINGS, name: '' }, reading),
    id: call.newId,
    organization_id: caller.organization.organization_id,
    status: 'incomplete',
    waba_id: whatsapp?.waba_id ?? null,
    payment_method: null,
    registry_feedback: null,
    version: 1,
    created_at: call.now,
    updated_at: null,
    brand: brand?.shown ?? null,
    organizationBrand: call.target.brand,
  }
  const credentials =
    whatsapp === null
      ? null
      : { wabaId: whatsapp.waba_id, phoneNumberId: whatsapp.phone_number_id, accessToken: whatsapp.access_token }
  return {
    data: shown(profile, caller),
    etag: profileEtag(profile),
    callProviders: (ports) => [
      ...whatsappStep(ports, credentials),
      ...cardStep(ports, call, { profileId: profile.id, customer: null }),
    ],
    write: (db, providerResults, kept) =>
      insertProfile(
        db,
        profile,
        whatsapp === null
          ? null
          : { ...whatsapp, phone_number_id: providerResults.waba_phone_number_id ?? whatsapp.phone_number_id },
        {
          caller,
          history: historyEntry('createProfile', call, null, profile),
          at: call.now,
          brand: brand?.stored ?? null,
          payment_method: (providerResults.payment_method ?? null) as StoredPaymentMethod | null,
          events: eventsOf('created', profile, brand?.stored ?? null, providerResults.payment_method !== undefined),
          kept,
        },
      ),
  }
}

/** `POST /v3/profiles` (contract 8.7). */
export const createProfile: WriteEndpoint<{ brand: Brand | null }, undefined> = {
  kind: 'write',
  operation: 'createProfile',
  method: 'POST',
  path: '/v3/profiles',
  rateClass: 'standard',
  status: 201,
  errors: ['BUSINESS_009', 'PROVIDER_001', 'INTERNAL_003', 'INTERNAL_004'],
  failPhrase: 'create profile',
  document: {
    tag: 'Profiles',
    summary: 'Create a new profile',
    description:
      "Creates a sender profile with status incomplete. Without whatsapp_business_account it shares the organization's WhatsApp Business Account, which must exist.",
    body: createDocument,
    answer: profileResponse,
  },
  takesBody: 'required',
  takesCard: true,
  target: organizationBrandTarget,
  organizationOnly: true,
  decide,
}
