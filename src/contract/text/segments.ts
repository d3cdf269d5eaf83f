/** How a text travels as SMS: its alphabet, and in how many parts. Source: 3GPP TS 23.038 and 23.040. */

/** The basic alphabet of GSM; each of its characters is one septet. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Those of its extension take two. */
const EXTENDED = new Set('^{}\\[~]|€\f')

export interface Segments {
  alphabet: 'GSM-7' | 'UCS-2'
  /** Septets, or UTF-16 units. */
  units: number
  count: number
  /** The first character that is not of the GSM alphabet. */
  odd: string | null
}

function sizeInSeptets(character: string): number | null {
  if (BASIC.has(character)) return 1
  return EXTENDED.has(character) ? 2 : null
}

/** How many parts of `size` units are needed where no character is cut in two. */
function partsOf(sizes: readonly number[], single: number, part: number): number {
  const units = sizes.reduce((sum, size) => sum + size, 0)
  if (units <= single) return 1
  let count = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > part) {
      count += 1
      used = 0
    }
    used += size
  }
  return count
}

/** The parts of a text, counted as a network does: a character of two units never straddles two parts. */
export function segmentsOf(text: string): Segments {
  const characters = [...text]
  const septets: number[] = []
  for (const character of characters) {
    const size = sizeInSeptets(character)
    if (size === null) {
      const count = partsOf(
        characters.map(({ length }) => length),
        70,
        67,
      )
      return { alphabet: 'UCS-2', units: text.length, count, odd: character }
    }
    septets.push(size)
  }
  const units = septets.reduce((sum, size) => sum + size, 0)
  return { alphabet: 'GSM-7', units, count: partsOf(septets, 160, 153), odd: null }
}
