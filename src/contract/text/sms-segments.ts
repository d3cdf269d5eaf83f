import { createRequire } from 'node:module'

/** Reads the package when a text is first counted: a start needs it not. */
const readWhenUsed = createRequire(import.meta.url)

/** The package has no types of its own. */
interface SplitSms {
  split(text: string): { characterSet: 'GSM' | 'Unicode'; parts: readonly unknown[] }
}

export interface SmsSize {
  /** GSM-7 holds 160 characters in one part and 153 in each of several, UCS-2 70 and 67. */
  encoding: 'GSM-7' | 'UCS-2'
  /** How many parts are sent, and billed. */
  segments: number
}

/**
 * The size of a text message (3GPP TS 23.038 and 23.040), by UTF-16 units where it is UCS-2. National shift tables are not
 * counted on, since carriers do not use them by themselves. A text without a character is one part.
 */
export function smsSize(text: string): SmsSize {
  const { split } = readWhenUsed('split-sms') as SplitSms
  const { characterSet, parts } = split(text)
  return { encoding: characterSet === 'GSM' ? 'GSM-7' : 'UCS-2', segments: Math.max(1, parts.length) }
}
