import type { Json } from './client.ts'

/** The `brand` of the published request, complete. */
export function aBrand(): { contact: Json; business: Json; compliance: Json } {
  return {
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
}

/** A card that the simulator accepts. */
export function aCard(): { card_number: string; expiry: string; cvc: string; zip_code: string } {
  return { card_number: '4242424242424242', expiry: '09/29', cvc: '123', zip_code: '10001' }
}

export function aBillingContact(): { name: string; email: string; phone: string; address: string } {
  return {
    name: 'Acme Corp',
    email: 'billing@acmecorp.com',
    phone: '+12025551234',
    address: '123 Main Street, New York, NY 10001, US',
  }
}
