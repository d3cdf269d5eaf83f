/** Bodies of requests, as the published API describes them. */

/** @param {Record<string, unknown>} [business] members that differ */
export function aBrand(business = {}) {
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
      ...business,
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

/** A campaign that a registry takes: with the messages that the published example leaves out. */
export function aCampaign() {
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
    optinMessage: 'Acme Corp: you are subscribed. Reply HELP for help, STOP to end.',
    optoutMessage: 'Acme Corp: you are unsubscribed and get no more messages.',
    helpMessage: 'Acme Corp: write to help@acmecorp.com. Reply STOP to end.',
  }
}

/** Who pays, for a profile that bears its own bills. */
export function aContact(name = 'Acme Billing') {
  return { name, email: 'billing@acmecorp.com', phone: '+12025551234', address: '123 Main Street, New York' }
}

/** A card, and who it bills. */
export function aCardChange(number = '4242424242424242', cvc = '123') {
  return {
    billing_model: 'profile',
    billing_contact: aContact(),
    payment_details: { card_number: number, expiry: '09/39', cvc, zip_code: '10001' },
  }
}

/** A random number that passes the Luhn check and begins like a Visa card. @param {import('./random.mjs').Random} random */
export function cardNumber(random) {
  const digits = `45${random.digits(13)}`
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
