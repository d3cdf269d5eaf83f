import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/contract/fields/json-value.ts'
import { applyPatch, type LintReport, lint, readPacket } from '../../../src/lint/index.ts'

/** A packet in which the lint finds nothing that would be refused, and nothing to warn of. */
export function aPacket(): JsonObject {
  return structuredClone(PACKET)
}

const PACKET: JsonObject = {
  brand: {
    contact: {
      name: 'Dana Whitfield',
      businessName: 'Juniper Ridge Dental',
      role: 'Office manager',
      phone: '+15413475520',
      email: 'frontdesk@juniperridgedental.com',
      phoneCountryCode: '1',
    },
    business: {
      legalName: 'Juniper Ridge Dental LLC',
      taxId: '84-2917365',
      taxIdType: 'us_ein',
      entityType: 'PRIVATE_PROFIT',
      street: '418 Larkspur Avenue',
      city: 'Bend',
      state: 'OR',
      postalCode: '97701',
      country: 'US',
      url: 'https://juniperridgedental.com',
      countryOfRegistration: 'US',
    },
    compliance: {
      vertical: 'HEALTHCARE',
      brandRelationship: 'SMALL_ACCOUNT',
      isTcrApplication: true,
      expectedMessagingVolume: '3000',
      destinationCountries: [{ id: 'US', isMain: true }],
    },
  },
  campaigns: [
    {
      name: 'Appointments',
      type: 'Web',
      description:
        'Juniper Ridge Dental reminds patients of its practice in Bend of their appointments, and tells them when a crown or an X-ray is ready. A message goes out two days before each visit.',
      messageFlow:
        'Patients open https://juniperridgedental.com/texts and enter their mobile number. They tick an empty box that reads: "I agree to receive appointment texts from Juniper Ridge Dental." The page says that up to 4 messages a month are sent, that message and data rates may apply, that HELP brings help and STOP ends the messages. Beside the box it links https://juniperridgedental.com/privacy and https://juniperridgedental.com/terms. The box is optional.',
      privacyPolicyLink: 'https://juniperridgedental.com/privacy',
      termsAndConditionsLink: 'https://juniperridgedental.com/terms',
      optinMessage:
        'Juniper Ridge Dental: you get appointment texts now, up to 4 a month. Message and data rates may apply. Reply HELP for help, STOP to end.',
      optoutMessage: 'Juniper Ridge Dental: you are unsubscribed and get no more messages.',
      helpMessage:
        'Juniper Ridge Dental: write to frontdesk@juniperridgedental.com or call 541-347-5520. Reply STOP to end.',
      optoutKeywords: 'STOP, QUIT, END, REVOKE, OPTOUT, CANCEL, UNSUBSCRIBE',
      helpKeywords: 'HELP, INFO',
      useCases: [
        {
          messagingUseCaseUs: 'ACCOUNT_NOTIFICATION',
          sampleMessages: [
            'Juniper Ridge Dental: your cleaning is on [date] at [time]. Reply YES to confirm, STOP to opt out.',
            'Juniper Ridge Dental: your crown has come back from the laboratory. Call us and we find a time. Reply STOP to opt out.',
          ],
        },
      ],
    },
  ],
}

/** The packet with a merge patch applied. */
export function packetWith(patch: JsonValue): JsonObject {
  const patched = applyPatch(aPacket(), patch)
  if (!isJsonObject(patched)) throw new Error('a packet is an object')
  return patched
}

/** The packet with members of its one campaign changed; null takes one away. */
export function campaignWith(members: JsonObject): JsonObject {
  const packet = aPacket()
  const [campaign = {}] = packet.campaigns as JsonObject[]
  return { ...packet, campaigns: [applyPatch(campaign, members)] }
}

/** What the lint says of a packet that can be read. */
export function lintOf(packet: JsonValue): LintReport {
  const read = readPacket(packet)
  if ('problems' in read) throw new Error(`the packet cannot be read: ${JSON.stringify(read.problems)}`)
  return lint(read.packet)
}
