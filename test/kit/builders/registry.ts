import { randomUUID } from 'node:crypto'
import type { BrandForRegistry, CampaignForRegistry } from '../../../src/ports/brand-registry.ts'

/** A brand of a private company that every registry accepts and verifies. */
export function aRegistryBrand(parts: Partial<BrandForRegistry> = {}): BrandForRegistry {
  return {
    reference: randomUUID(),
    entityType: 'PRIVATE_PROFIT',
    displayName: 'Acme',
    legalName: 'Acme Corporation LLC',
    taxId: '12-3456789',
    taxIdCountry: 'US',
    firstName: null,
    lastName: null,
    phone: '+12025551234',
    email: 'support@acme.example',
    street: '123 Main Street',
    city: 'New York',
    state: 'NY',
    postalCode: '10001',
    country: 'US',
    website: 'https://acme.example',
    vertical: 'PROFESSIONAL',
    brandRelationship: 'SMALL_ACCOUNT',
    stockSymbol: null,
    stockExchange: null,
    businessContactEmail: null,
    mobilePhone: null,
    altBusinessId: null,
    altBusinessIdType: null,
    isMock: false,
    ...parts,
  }
}

/** A brand whose tax id ends in the digits that ask a simulator or a fake for something. */
export function aMagicBrand(ending: string, parts: Partial<BrandForRegistry> = {}): BrandForRegistry {
  return aRegistryBrand({ taxId: `12-345${ending}`, ...parts })
}

export function aRegistryCampaign(tcrBrandId: string, parts: Partial<CampaignForRegistry> = {}): CampaignForRegistry {
  return {
    reference: randomUUID(),
    tcrBrandId,
    usecase: 'CUSTOMER_CARE',
    subUsecases: [],
    description: 'Acme answers the questions of its customers about their orders.',
    messageFlow: 'Customers agree to messages at https://acme.example/sms with a box that is not ticked.',
    samples: ['Acme: your order has been sent. Reply STOP to opt out.', 'Acme: how can we help?'],
    optinMessage: 'Acme: you will get messages. Reply HELP for help, STOP to opt out.',
    optoutMessage: 'Acme: you will get no more messages.',
    helpMessage: 'Acme: write to support@acme.example.',
    optinKeywords: 'START',
    optoutKeywords: 'STOP',
    helpKeywords: 'HELP',
    privacyPolicyLink: 'https://acme.example/privacy',
    termsAndConditionsLink: 'https://acme.example/terms',
    hasEmbeddedLink: false,
    hasEmbeddedPhone: false,
    ...parts,
  }
}

/** The brand that the documented exchanges of the registries send. */
export const documentedBrand = aRegistryBrand({
  reference: '5f0c1f6e-6f0b-4a55-9a0e-0d3f6d7c2b11',
  displayName: 'Harbor Coffee',
  legalName: 'Harbor Coffee Roasters LLC',
  phone: '+12025550123',
  email: 'support@example.com',
  street: '12 Example Street',
  city: 'Albany',
  postalCode: '12207-1234',
  website: 'https://example.com',
  vertical: 'RETAIL',
})

/** The campaign that the documented exchanges of the registries send. */
export function documentedCampaign(tcrBrandId: string): CampaignForRegistry {
  return aRegistryCampaign(tcrBrandId, {
    reference: '9b2d4c70-3c55-4f5e-8a53-4b7a1e6f9d22',
    description: 'Harbor Coffee answers the questions of its customers about their orders.',
    messageFlow: 'Customers agree at https://example.com/sms with a box that is not ticked.',
    samples: ['Harbor Coffee: your order has been sent. Reply STOP to opt out.', 'Harbor Coffee: how can we help?'],
    optinMessage: 'Harbor Coffee: you will get messages. Reply HELP for help, STOP to opt out.',
    optoutMessage: 'Harbor Coffee: you will get no more messages.',
    helpMessage: 'Harbor Coffee: write to support@example.com.',
    privacyPolicyLink: 'https://example.com/privacy',
    termsAndConditionsLink: 'https://example.com/terms',
  })
}
