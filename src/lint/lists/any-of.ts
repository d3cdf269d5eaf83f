/** One expression for a list of words and phrases, each as a word of its own. A blank stands for white space or hyphens, and with a question mark behind it also for nothing. */
export function anyOf(phrases: readonly string[], flags = 'i'): RegExp {
  const alternatives = phrases.map((phrase) => phrase.replace(/ \?/g, '[\\s-]*').replace(/ /g, '[\\s-]+'))
  return new RegExp(`(?<![\\w-])(?:${alternatives.join('|')})(?!\\w)`, flags)
}
