/** What a person writes: on one line, or on several. */

/**
 * Joiners where a word or a picture is made of them: between pictures (a family, a profession), and within words of the
 * scripts that need them (Persian, Urdu, Sinhala, Malayalam and their neighbours); variation selectors behind what they vary;
 * the tags that make the flag of a region.
 */
const NEEDED = new RegExp(
  [
    String.raw`(?<=\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]*)\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}])[\u200c\u200d](?=\p{L})`,
    String.raw`(?<=[\p{L}\p{N}\p{S}\p{P}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`,
    String.raw`(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]+\u{e007f}`,
  ].join('|'),
  'gu',
)

/** Control and format characters, separators of lines, and letters and signs that show nothing (Hangul fillers, blank Braille). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u
const EVERY_UNSEEN = new RegExp(UNSEEN, 'gu')

/** Control characters but for the line feed and the tab. */
const CONTROL = /(?![\n\t])\p{Cc}/u

/** What most lines are made of. Nothing in it is unseen but blanks, and it costs a tenth to look at. */
const ASCII_LINE = /^[ -~]*$/

/** Whether text stands on one line, shows something, and holds nothing that nobody sees. */
export function isOneLine(text: string): boolean {
  if (ASCII_LINE.test(text)) return text.trim() !== ''
  return /\S/u.test(text) && !UNSEEN.test(text.replace(NEEDED, ''))
}

/** Whether text on several lines has no control characters but for line feeds and tabs. */
export function isManyLines(text: string): boolean {
  return !CONTROL.test(text)
}

/** Text in one of the ways in which it can be written (NFC), so that what reads alike is found and compared as equal. */
export function composed(text: string): string {
  return text.normalize('NFC')
}

/** Text on several lines, composed, with a line feed at the end of each. */
export function composedLines(text: string): string {
  return composed(text).replace(/\r\n?/g, '\n')
}

/** A line as others take it: composed, without what nobody sees, with single spaces. Null where nothing is left. */
export function lineForOthers(text: string): string | null {
  const needed = new Set<number>()
  const line = composed(text)
  for (const { 0: kept, index } of line.matchAll(NEEDED)) {
    for (let at = index; at < index + kept.length; at += 1) needed.add(at)
  }
  const seen = line
    .replace(/[\t-\r\p{Z}]+/gu, (spaces) => ' '.repeat(spaces.length))
    .replace(EVERY_UNSEEN, (sign, index: number) => (needed.has(index) ? sign : ''))
    .replace(/ +/g, ' ')
    .trim()
  return seen === '' ? null : seen
}
