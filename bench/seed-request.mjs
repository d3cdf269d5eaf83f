/** The published PATCH, member for member. */

const brand = {
  contact: {
    name: 'John Smith',
    businessName: 'Acme Corp',
    role: 'CEO',
    phone: '+12025551234',
    email: 'john@acmecorp.com',
    phoneCountryCode: '1',
  },
  business: {
    legalName: 'Acme Corporation LLC',
    taxId: '12-3456789',
    taxIdType: 'us_ein',
    entityType: 'PRIVATE_PROFIT',
    street: '123 Main Street',
    city: 'New York',
    state: 'NY',
    postalCode: '10001',
    country: 'US',
    url: 'https://acmecorp.com',
    countryOfRegistration: 'US',
  },
  compliance: {
    vertical: 'PROFESSIONAL',
    brandRelationship: 'SMALL_ACCOUNT',
    primaryUseCase: 'Customer notifications and appointment reminders',
    expectedMessagingVolume: '10000',
    isTcrApplication: true,
    phoneNumberPrefix: '+1',
    destinationCountries: [{ id: 'US', isMain: false }],
    notes: null,
  },
}

/** The members of the published request, nulls included. Peers store them in columns of these names. */
export const seedMembers = {
  name: 'Sales Team - Updated',
  icon: null,
  description: 'Updated sales department sender profile',
  short_name: 'SALES',
  allow_contact_sharing: true,
  allow_template_sharing: null,
  inherit_contacts: null,
  inherit_templates: null,
  inherit_tcr_brand: null,
  inherit_tcr_campaign: null,
  billing_model: 'organization',
  billing_contact: null,
  sending_phone_number_profile_id: null,
  sending_whatsapp_number_profile_id: null,
  sending_phone_number: null,
  whatsapp_phone_number: null,
  allow_number_change_during_onboarding: null,
  brand,
  payment_details: null,
  sandbox: false,
}

/**
 * The body of a PATCH, pretty-printed as published. `count` stands in the name, so that each request changes something.
 *
 * @param {string} count
 */
export function seedBody(count) {
  return JSON.stringify({ ...seedMembers, name: `${seedMembers.name} ${count}` }, null, 2)
}

/** The same with another legal name of its brand in each request. @param {string} count */
export function seedBodyOfBrand(count) {
  const business = { ...brand.business, legalName: `${brand.business.legalName} ${count}` }
  return JSON.stringify(
    { ...seedMembers, name: `${seedMembers.name} ${count}`, brand: { ...brand, business } },
    null,
    2,
  )
}
