import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Operation } from '../../contract/permissions.ts'

/** Request bodies that work, and refusals as they read, where the members' own examples together would not make sense. */

interface Examples {
  bodies?: Record<string, { summary: string; value: JsonObject }>
  mergePatches?: Record<string, { summary: string; value: JsonObject }>
  problems?: JsonObject
}

const brand: JsonObject = {
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
  },
}

const card: JsonObject = {
  billing_model: 'profile',
  billing_contact: { name: 'Acme Corp', email: 'billing@acmecorp.com' },
  payment_details: { card_number: '4111111111111111', expiry: '09/27', cvc: '123', zip_code: '10001' },
}

const settings: JsonObject = {
  name: 'Sales Team - Updated',
  description: 'Updated sales department sender profile',
  short_name: 'SALES',
  allow_contact_sharing: true,
  billing_model: 'organization',
}

const problems: JsonObject = {
  brand: ['Cannot provide brand data when inherit_tcr_brand is true.'],
  'payment_details.expiry': ["payment_details.expiry must be in MM/YY format (e.g. '09/27')"],
}

const campaign: JsonObject = {
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
}

const consent: JsonObject = {
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

const campaignBodies = {
  required: { summary: 'What is required', value: { campaign } },
  whole: { summary: 'With everything that a reviewer asks for', value: { campaign: { ...campaign, ...consent } } },
}
const campaignProblem: JsonObject = {
  'campaign.useCases[0].sampleMessages': ['campaign.useCases[0].sampleMessages must be a list of 1 to 5 messages'],
}

const webhook: JsonObject = {
  display_name: 'Order service',
  endpoint_url: 'https://hooks.acme.com/letterhead',
  event_types: ['profile', 'brand'],
}
const webhookBodies = {
  everything: { summary: 'Every event of two kinds', value: webhook },
  filtered: {
    summary: 'Of one kind only some events',
    value: { ...webhook, event_filters: { profile: ['created'] }, retry_count: 5, timeout_seconds: 10 },
  },
}

const dryRun = { dryRun: { summary: 'Check only', value: { sandbox: true } } }
const sandboxProblem: JsonObject = { sandbox: ['sandbox must be true or false'] }

const cursorProblem: JsonObject = { cursor: ['cursor must be one that this list has answered'] }

export const EXAMPLES: Partial<Record<Operation, Examples>> = {
  listProfiles: { problems: cursorProblem },
  getProfileHistory: { problems: cursorProblem },
  createProfile: {
    bodies: {
      byName: { summary: 'A name alone', value: { name: 'Sales Team', billing_model: 'organization' } },
      withBrand: { summary: 'With a brand', value: { ...settings, brand } },
      ownWhatsapp: {
        summary: 'With an own WhatsApp Business Account',
        value: {
          name: 'Sales Team',
          whatsapp_business_account: {
            waba_id: '123456789012345',
            phone_number_id: '987654321098765',
            access_token: 'EAAxxxxxxxxxxxxxxx',
          },
        },
      },
      withCard: { summary: 'Paid by card', value: { name: 'Sales Team', ...card } },
    },
    problems: { name: ['Profile name is required'], ...problems },
  },
  updateProfile: {
    bodies: {
      settings: { summary: 'Some settings', value: settings },
      brand: { summary: 'The brand', value: { brand } },
      card: { summary: 'A card', value: card },
      dryRun: { summary: 'Check only', value: { short_name: 'SALES', sandbox: true } },
    },
    mergePatches: {
      remove: { summary: 'Remove values', value: { icon: null, short_name: null } },
      brandMember: {
        summary: 'One member of the brand',
        value: { brand: { contact: { email: 'jane@acmecorp.com' }, compliance: { notes: null } } },
      },
    },
    problems,
  },
  lintProfile: {
    bodies: {
      stored: { summary: 'What is stored', value: {} },
      over: { summary: 'With members laid over it', value: { brand: { business: { state: 'New York' } } } },
    },
    problems: { brand: ['brand must be an object'] },
  },
  createCampaign: { bodies: campaignBodies, problems: campaignProblem },
  updateCampaign: { bodies: campaignBodies, problems: campaignProblem },
  deleteCampaign: { bodies: dryRun, problems: sandboxProblem },
  deleteProfile: { bodies: dryRun, problems: sandboxProblem },
  revokeProfileKey: { bodies: dryRun, problems: sandboxProblem },
  inviteUser: {
    bodies: {
      developer: { summary: 'A developer', value: { email: 'jane@example.com', name: 'Jane Doe', role: 'developer' } },
    },
    problems: {
      email: ['Email must be a valid email address'],
      role: ['Role must be one of: admin, billing, developer'],
    },
  },
  updateUserRole: {
    bodies: { billing: { summary: 'Billing alone', value: { role: 'billing' } } },
    problems: { role: ['Role must be one of: admin, billing, developer'] },
  },
  removeUser: { bodies: dryRun, problems: sandboxProblem },
  createWebhook: { bodies: webhookBodies },
  updateWebhook: { bodies: webhookBodies },
  replayWebhook: {
    bodies: {
      one: { summary: 'One event', value: { event_id: '0190a0b0-0000-7000-8000-000000000009' } },
      window: {
        summary: 'The events of an hour',
        value: { from: '2026-03-25T10:00:00+00:00', to: '2026-03-25T11:00:00+00:00' },
      },
    },
  },
  listContacts: { problems: { channel: ['Channel must be one of: sms, whatsapp'] } },
  createContact: {
    bodies: { number: { summary: 'A number', value: { phone_number: '+12025551234' } } },
    problems: { phone_number: ['phone_number must be text'] },
  },
  updateContact: {
    bodies: { optOut: { summary: 'The person wants no more messages', value: { opt_out: true } } },
    problems: { default_channel: ['Channel not available for this contact'] },
  },
  deleteContact: { bodies: dryRun, problems: sandboxProblem },
  createProfileKey: {
    bodies: { live: { summary: 'A live key', value: { name: 'Order service', mode: 'live' } } },
    problems: { mode: ['mode must be one of: live, test'] },
  },
}
