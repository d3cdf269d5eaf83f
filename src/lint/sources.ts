/** What the rules were read from, with the date of reading. */
export const SOURCES = {
  twilio: { name: 'Twilio A2P 10DLC error and rejection codes', asOf: '2026-10-01' },
  twilio305: { name: 'Twilio A2P 10DLC rejection codes, 305xx', asOf: '2026-09-14' },
  telnyx: { name: 'Telnyx 10DLC guides', asOf: '2026-10-01' },
  aws: { name: 'AWS End User Messaging registration checklist', asOf: '2026-10-01' },
  tcr: { name: 'The Campaign Registry, brand and campaign forms', asOf: '2026-10-01' },
  sent: { name: "Sent's packet checker", asOf: '2026-05-01' },
  fcc: { name: '47 CFR 64.1200', asOf: '2026-01-06' },
  irs: { name: 'IRS, EIN prefixes and IRM 21.7.13', asOf: '2026-10-01' },
  usps: { name: 'USPS Publication 28', asOf: '2026-10-01' },
  microsoft: { name: 'Microsoft Teams SMS rejection codes', asOf: '2025-08-18' },
  meta: { name: 'Meta, WhatsApp Business Platform', asOf: '2026-10-01' },
  carriers: { name: "Carriers' throughput and code of conduct, through resellers", asOf: '2026-10-01' },
  texas: { name: 'Texas Business and Commerce Code 302 and 304 (SB 140)', asOf: '2025-09-01' },
  gsm: { name: '3GPP TS 23.038', asOf: '2026-10-01' },
} as const

export type Source = keyof typeof SOURCES
