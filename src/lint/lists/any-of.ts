/** A blank in a class of characters would become a class within a class. */
const BLANK_IN_CLASS = /\[[^\]]* [^\]]*\]/

/**
 * One expression for a list of words and phrases, each as a word of its own. A blank stands for white space or hyphens, and with a
 * question mark behind it also for nothing.
 *
 * @throws TypeError for a phrase with a blank in a class of characters, which a blank cannot be written into.
 */
export function anyOf(phrases: readonly string[], flags = 'i'): RegExp {
  const wrong = phrases.find((phrase) => BLANK_IN_CLASS.test(phrase))
  if (wrong !== undefined) throw new TypeError(`a blank in a class of characters: ${wrong}`)
  const alternatives = phrases.map((phrase) => phrase.replace(/ \?/g, '[\\s-]*').replace(/ /g, '[\\s-]+'))
  return new RegExp(`(?<![\\w-])(?:${alternatives.join('|')})(?!\\w)`, flags)
}
