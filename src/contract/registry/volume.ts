const PER_DAY = { '': 1, day: 1, daily: 1, week: 7, weekly: 7, month: 30, monthly: 30, year: 365, yearly: 365 } as const
const NUMBER = String.raw`\d{1,3}(?:[ ,.'_\u00a0\u2009\u202f]\d{3})+|\d{1,9}`
const VOLUME = new RegExp(
  String.raw`^(?:about|approx\.?|approximately|up to|max\.?|~|<)?\s*(?<number>${NUMBER})(?:[.,]\d{1,2}|\s*(?<thousands>k))?\s*(?:sms|mms|text|texts|messages?|msgs?|segments?)?\s*(?:(?:per|a|an|each|every|/)\s*)?(?<time>day|daily|week|weekly|month|monthly|year|yearly)?\.?$`,
  'i',
)

/**
 * The messages that a brand expects a day, where its text says one number, with the time that it is for or without. Null for
 * anything else, as a range: no number is made of what is none.
 */
export function messagesPerDay(volume: unknown): number | null {
  const found = typeof volume === 'string' ? VOLUME.exec(volume.trim()) : null
  const { number = '', thousands, time = '' } = found?.groups ?? {}
  if (found === null || number === '') return null
  const messages = Number(number.replace(/\D/g, '')) * (thousands === undefined ? 1 : 1000)
  return Math.ceil(messages / PER_DAY[time.toLowerCase() as keyof typeof PER_DAY])
}
