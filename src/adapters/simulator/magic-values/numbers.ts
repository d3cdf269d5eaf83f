import type { NumberFacts } from '../../../ports/carrier.ts'

/** What the simulated carrier does with a phone number. */
export type NumberBehaviour =
  | 'foreign'
  | 'neverAssign'
  | 'busyOnce'
  | 'connectLate'
  | 'failAssignment'
  | 'dropLater'
  | 'slow'
  | 'loseAnswer'
  | 'noCredit'
  | 'outage'

export interface MagicNumber {
  /** The last four digits of the phone number. */
  ending: string
  behaviour: NumberBehaviour
  says: string
}

export const FOREIGN_REASON = 'The phone number is not in the account at the carrier.'
export const ASSIGNMENT_REASON = 'The mobile network refused the number for this campaign.'

/** The endings of phone numbers that drive the simulated carrier; any other works. `docs/PROVIDERS.md` lists them. */
export const MAGIC_NUMBERS: readonly MagicNumber[] = [
  { ending: '0000', behaviour: 'foreign', says: `Refused on \`phone_number\`: "${FOREIGN_REASON}"` },
  { ending: '0001', behaviour: 'neverAssign', says: 'Connected; the assignment to the campaign stays pending.' },
  { ending: '0002', behaviour: 'busyOnce', says: 'The carrier is busy the first time, then all is well.' },
  { ending: '0003', behaviour: 'connectLate', says: 'Connected a moment after the call, then assigned.' },
  { ending: '0004', behaviour: 'failAssignment', says: `The assignment fails: "${ASSIGNMENT_REASON}"` },
  {
    ending: '0005',
    behaviour: 'dropLater',
    says: 'Assigned; a moment later taken out of its campaign, once: assigned again, it stays.',
  },
  {
    ending: '0006',
    behaviour: 'noCredit',
    says: 'The account at the carrier has no credit, every time: it waits for the operator.',
  },
  { ending: '0008', behaviour: 'slow', says: 'Works; the carrier answers after 3 seconds.' },
  { ending: '0009', behaviour: 'loseAnswer', says: 'No answer for 10 seconds the first time, but it is done.' },
  { ending: '0010', behaviour: 'outage', says: 'The carrier is down, every time.' },
]

/** The behaviour that a phone number asks for by its last four digits. */
export function magicNumber(phoneNumber: string): NumberBehaviour | null {
  return MAGIC_NUMBERS.find(({ ending }) => phoneNumber.endsWith(ending))?.behaviour ?? null
}

const NOTHING: NumberFacts = {
  carrierName: null,
  lineType: null,
  country: null,
  mobileCountryCode: null,
  mobileNetworkCode: null,
  isPorted: null,
}
/** Codes that are set aside for tests, so that no real network is named. */
const SIMULATED = { ...NOTHING, carrierName: 'Simulated carrier', mobileCountryCode: '001', mobileNetworkCode: '01' }

/** The endings of phone numbers of which the simulated carrier knows something when they are looked up; of any other it knows nothing. */
export const LOOKED_UP_NUMBERS: readonly { ending: string; facts: NumberFacts; says: string }[] = [
  { ending: '0020', facts: { ...SIMULATED, lineType: 'mobile', isPorted: false }, says: 'A mobile.' },
  { ending: '0021', facts: { ...SIMULATED, lineType: 'mobile', isPorted: true }, says: 'A mobile that was ported.' },
  {
    ending: '0022',
    facts: { ...NOTHING, carrierName: 'Simulated carrier', lineType: 'voip', isPorted: false },
    says: 'Internet telephony.',
  },
  {
    ending: '0023',
    facts: { ...NOTHING, carrierName: 'Simulated carrier', lineType: 'landline', isPorted: false },
    says: 'A landline.',
  },
]

/** What the simulated carrier knows of a number. */
export function simulatedFacts(phoneNumber: string): NumberFacts {
  return LOOKED_UP_NUMBERS.find(({ ending }) => phoneNumber.endsWith(ending))?.facts ?? NOTHING
}
