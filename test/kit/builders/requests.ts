import { DEFINITION_EXAMPLE } from '../../../src/resources/templates/definition.fields.ts'
import type { Json } from '../servers/client.ts'

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

/** The `campaign` of a request, with every member. */
export function aCampaign(): Json & { useCases: { messagingUseCaseUs: string; sampleMessages: string[] }[] } {
  return {
    name: 'Customer Notifications',
    description: 'Appointment reminders and account notifications',
    type: 'App',
    useCases: [
      {
        messagingUseCaseUs: 'ACCOUNT_NOTIFICATION',
        sampleMessages: [
          'Hi {name}, your appointment is confirmed for {date} at {time}.',
          'Your order #{order_id} has been shipped. Track at {url}',
        ],
      },
    ],
    messageFlow: 'Customers opt in at checkout on https://acmecorp.com',
    privacyPolicyLink: 'https://acmecorp.com/privacy',
    termsAndConditionsLink: 'https://acmecorp.com/terms',
    optinMessage: 'Acme Corp: you are subscribed. Reply HELP for help, STOP to end.',
    optoutMessage: 'Acme Corp: you are unsubscribed and get no more messages.',
    helpMessage: 'Acme Corp: write to help@acmecorp.com. Reply STOP to end.',
    optinKeywords: 'YES, START, SUBSCRIBE',
    optoutKeywords: 'STOP, UNSUBSCRIBE, END',
    helpKeywords: 'HELP, INFO, SUPPORT',
  }
}

/** Members of a profile that has campaigns of its own, and with one can be completed: a brand, and no inheritance. */
export function withOwnCampaigns(): Json {
  return {
    short_name: 'SALES',
    description: 'Appointment reminders for customers',
    inherit_tcr_campaign: false,
    brand: aBrand(),
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

let numbers = 0

/** A valid number of the United States that no other call gives. */
export function aNumber(): string {
  numbers += 1
  return `+1202${String(2_000_000 + numbers)}`
}

/** A template as the published example: for text messages and WhatsApp, with two variables. */
export function aTemplate(members: Json = {}): Json {
  return { category: 'MARKETING', language: 'en_US', definition: DEFINITION_EXAMPLE, ...members }
}

/** The same with a text for text messages alone, so that nobody reviews it. */
export function aTextTemplate(template = 'Your code is {{0:variable}}.', members: Json = {}): Json {
  const variables = /\{\{0:/.test(template)
    ? [{ id: 0, name: 'code', type: 'variable', props: { sample: '1234' } }]
    : []
  return aTemplate({ definition: { body: { sms: { template, variables } } }, ...members })
}
