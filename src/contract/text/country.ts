// The codes alone: the package's main entry loads the country names of every language with them.
import countries from 'i18n-iso-countries/index.js'

/** Whether a text is a country's two letters (ISO 3166-1), as they are written. */
export function isCountry(text: string): boolean {
  return /^[A-Z]{2}$/.test(text) && countries.isValid(text)
}

/** Names that stand where two letters belong. */
const NAMES: Readonly<Record<string, string>> = {
  'united states': 'US',
  'united states of america': 'US',
  'u.s.a.': 'US',
  'u.s.': 'US',
  america: 'US',
  canada: 'CA',
  'united kingdom': 'GB',
  'great britain': 'GB',
  uk: 'GB',
  mexico: 'MX',
}

/** The two letters that are meant by other letters, or by a name; null where none can be told. */
export function countryOf(text: string): string | null {
  const name = text.trim()
  const named = NAMES[name.toLowerCase()]
  if (named !== undefined) return named
  const code = name.toUpperCase()
  if (isCountry(code)) return code
  return code.length === 3 ? (countries.alpha3ToAlpha2(code) ?? null) : null
}
