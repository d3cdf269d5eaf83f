/** Whether a text is English, by the small words that no sentence does without. */

const ENGLISH = new Set(
  `the a an and or of to in on for with by from at as is are be been was were will would can may your you we our us they their them this that these those it its
  when who which if not no any all into about after before each every per up out have has had do does via more than also only their his her he she`.split(
    /\s+/,
  ),
)
/** Of Spanish, Portuguese, French, Italian, German, Dutch, Polish, Swedish, Tagalog, Vietnamese, Indonesian and Turkish. */
const FOREIGN = new Set(
  `el la los las un una unos unas y o de del al que en por para con sin su sus se es son ser esta este estos estas nuestro nuestra nuestros como cuando sobre usted
  os as um uma e ou do da dos das ao no na nos nas com sem seu sua seus suas nosso nossa mais quando voce
  le les des du et ou au aux dans pour par avec sans son sa ses notre nos votre vos vous nous ils elle est sont une sur qui ce cette leur leurs
  il lo gli i uno e ed di del della dei delle nel nella con per che si sono nostro nostra vostro tuo
  der die das den dem des ein eine einen einem einer und oder von zu zum zur mit fur für auf bei aus nicht ist sind wird werden wir sie ihr ihre ihren unser unsere uns im am
  het een van voor met op aan bij uit niet zijn wordt worden wij onze uw en
  i w z na do dla oraz jest nie sie się przez
  och att det som för med till av är vi din ditt
  ang ng mga sa na ay at para po ninyo
  của và cho các là với được
  dan yang untuk dengan dari ini itu anda kami
  ve bir bu için ile siz`.split(/\s+/),
)

const WORD = /\p{L}+/gu
const ASCII_WORD = /[a-z]+/g
const LETTERS_MIN = 40
/** The beginning tells as much as the whole. */
const READ_MAX = 500

/** Whether a text is long enough to tell, and is not English. */
export function isForeign(text: string): boolean {
  const read = text.slice(0, READ_MAX).toLowerCase()
  const isAscii = /^[\0-\x7f]*$/.test(read)
  const words = read.match(isAscii ? ASCII_WORD : WORD) ?? []
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  if (letters < LETTERS_MIN) return false
  if (!isAscii && words.filter((word) => /[^\p{Script=Latin}]/u.test(word)).length > words.length / 2) return true
  let english = 0
  let foreign = 0
  for (const word of words) {
    if (ENGLISH.has(word)) english += 1
    if (FOREIGN.has(word)) foreign += 1
  }
  return foreign >= 3 && foreign > english * 1.5 && foreign / words.length >= 0.12
}
