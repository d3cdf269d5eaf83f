/** States of the USA with their names, and the first three digits of their ZIP codes (USPS, as ranges). */

const STATES: readonly (readonly [code: string, name: string, zips: string])[] = [
  ['AL', 'alabama', '350-369'],
  ['AK', 'alaska', '995-999'],
  ['AZ', 'arizona', '850-865'],
  ['AR', 'arkansas', '716-729 755'],
  ['CA', 'california', '900-961'],
  ['CO', 'colorado', '800-816'],
  ['CT', 'connecticut', '060-069'],
  ['DE', 'delaware', '197-199'],
  ['DC', 'district of columbia', '200-205 569'],
  ['FL', 'florida', '320-349'],
  ['GA', 'georgia', '300-319 398-399'],
  ['HI', 'hawaii', '967-968'],
  ['ID', 'idaho', '832-838'],
  ['IL', 'illinois', '600-629'],
  ['IN', 'indiana', '460-479'],
  ['IA', 'iowa', '500-528'],
  ['KS', 'kansas', '660-679'],
  ['KY', 'kentucky', '400-427'],
  ['LA', 'louisiana', '700-714'],
  ['ME', 'maine', '039-049'],
  ['MD', 'maryland', '206-219'],
  ['MA', 'massachusetts', '010-027 055'],
  ['MI', 'michigan', '480-499'],
  ['MN', 'minnesota', '550-567'],
  ['MS', 'mississippi', '386-397'],
  ['MO', 'missouri', '630-658'],
  ['MT', 'montana', '590-599'],
  ['NE', 'nebraska', '680-693'],
  ['NV', 'nevada', '889-898'],
  ['NH', 'new hampshire', '030-038'],
  ['NJ', 'new jersey', '070-089'],
  ['NM', 'new mexico', '870-884'],
  ['NY', 'new york', '005 063 100-149'],
  ['NC', 'north carolina', '270-289'],
  ['ND', 'north dakota', '580-588'],
  ['OH', 'ohio', '430-459'],
  ['OK', 'oklahoma', '730-732 734-749'],
  ['OR', 'oregon', '970-979'],
  ['PA', 'pennsylvania', '150-196'],
  ['RI', 'rhode island', '028-029'],
  ['SC', 'south carolina', '290-299'],
  ['SD', 'south dakota', '570-577'],
  ['TN', 'tennessee', '370-385'],
  ['TX', 'texas', '733 750-799 885'],
  ['UT', 'utah', '840-847'],
  ['VT', 'vermont', '050-054 056-059'],
  ['VA', 'virginia', '201 220-246'],
  ['WA', 'washington', '980-994'],
  ['WV', 'west virginia', '247-268'],
  ['WI', 'wisconsin', '530-549'],
  ['WY', 'wyoming', '820-831 834'],
  ['PR', 'puerto rico', '006-007 009'],
  ['VI', 'virgin islands', '008'],
  ['GU', 'guam', '969'],
  ['AS', 'american samoa', '967'],
  ['MP', 'northern mariana islands', '969'],
  ['FM', 'federated states of micronesia', '969'],
  ['MH', 'marshall islands', '969'],
  ['PW', 'palau', '969'],
  ['AA', 'armed forces americas', '340'],
  ['AE', 'armed forces europe', '090-098'],
  ['AP', 'armed forces pacific', '962-966'],
]

const NAMES: ReadonlyMap<string, string> = new Map(STATES.map(([code, name]) => [name, code]))
const CODES: ReadonlySet<string> = new Set(STATES.map(([code]) => code))

const RANGES: ReadonlyMap<string, readonly (readonly [number, number])[]> = new Map(
  STATES.map(([code, , zips]) => [
    code,
    zips.split(' ').map((range) => {
      const [from = '', to = from] = range.split('-')
      return [Number(from), Number(to)] as const
    }),
  ]),
)

export function isState(code: string): boolean {
  return CODES.has(code)
}

/** The two letters of a state that is written out, or in small letters; null where there is no such state. */
export function stateCode(text: string): string | null {
  const name = text.trim().toLowerCase().replace(/\./g, '').replace(/\s+/g, ' ')
  const code = name.toUpperCase()
  return CODES.has(code) ? code : (NAMES.get(name) ?? null)
}

/** Whether a ZIP code lies in the state. */
export function isZipOf(state: string, zip: string): boolean {
  const first = Number(zip.slice(0, 3))
  return RANGES.get(state)?.some(([from, to]) => first >= from && first <= to) ?? true
}

/** The first two digits of an EIN that the IRS never gave. */
export const UNASSIGNED_EIN_PREFIXES: ReadonlySet<string> = new Set(
  '00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97'.split(' '),
)

/** Area codes that opened after the lists of the phone library: numbers of them are real. */
export const NEW_AREA_CODES: ReadonlySet<string> = new Set('273 436 679 729'.split(' '))
