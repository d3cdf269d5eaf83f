import { contentProblems, type ProblemsAt } from './content.rules.ts'
import type { Button, ButtonType } from './definition.fields.ts'
import { placeholdersOf } from './placeholder.rules.ts'

interface ButtonKind {
  max: number
  needs: readonly string[]
}

const KINDS: Readonly<Record<ButtonType, ButtonKind>> = {
  QUICK_REPLY: { max: 10, needs: ['quickReplyType'] },
  URL: { max: 2, needs: ['urlType', 'url'] },
  PHONE_NUMBER: { max: 1, needs: ['countryCode', 'phoneNumber'] },
  VOICE_CALL: { max: 1, needs: ['countryCode', 'phoneNumber'] },
  COPY_CODE: { max: 1, needs: ['offerCode'] },
}

const TEXT_MAX = 25
const UNFIT = /\{\{|\}\}|[\n\r*_~`]|\p{Emoji_Presentation}|\ufe0f/u

/** The problems of all buttons together. `category` decides what a button needs. */
export function buttonProblems(buttons: readonly Button[], category: string): ProblemsAt {
  const at = 'definition.buttons'
  const found: ProblemsAt = []
  if (buttons.length > 10) found.push([at, 'A template has at most 10 buttons'])
  if (new Set(buttons.map(({ id }) => id)).size < buttons.length) found.push([at, 'Button IDs must be unique'])
  for (const [type, { max }] of Object.entries(KINDS)) {
    if (buttons.filter((button) => button.type === type).length > max)
      found.push([at, `A template has at most ${max} ${max === 1 ? 'button' : 'buttons'} of type ${type}`])
  }
  for (const [index, button] of buttons.entries()) found.push(...problemsOf(`${at}[${index}].props`, button, category))
  return found
}

function problemsOf(path: string, { type, props }: Button, category: string): ProblemsAt {
  const found: ProblemsAt = []
  const isCode = type === 'COPY_CODE' && category === 'AUTHENTICATION'
  for (const member of ['text', ...(isCode ? [] : KINDS[type].needs)]) {
    if (props[member] === undefined) found.push([`${path}.${member}`, `A button of type ${type} needs ${member}`])
  }
  const { text } = props
  if (typeof text === 'string' && [...text].length > TEXT_MAX)
    found.push([`${path}.text`, `Button text must be at most ${TEXT_MAX} characters`])
  if (typeof text === 'string' && UNFIT.test(text))
    found.push([`${path}.text`, 'Button text must not have variables, line breaks, emoji or formatting signs'])
  if (type === 'URL' && typeof props.url === 'string') found.push(...addressProblems(path, props.url, props))
  else if ((props.variables ?? []).length > 0)
    found.push([`${path}.variables`, 'Only a button of type URL with the urlType dynamic has variables'])
  return found
}

/** A dynamic address ends with the placeholder of its one variable, any other has none. */
function addressProblems(path: string, url: string, { urlType, variables = [] }: Button['props']): ProblemsAt {
  const problems = contentProblems(path, { template: url, variables })
  const found: ProblemsAt = problems.map(([where, says]) => [where.replace(/[.]template$/, '.url'), says])
  const placeholders = placeholdersOf(url)
  const [first] = placeholders
  if (urlType !== 'dynamic' && (variables.length > 0 || placeholders.length > 0))
    found.push([`${path}.url`, 'Only an address of the urlType dynamic has a variable'])
  if (urlType === 'dynamic' && (first === undefined || placeholders.length > 1 || !url.endsWith(first.text)))
    found.push([`${path}.url`, 'A dynamic address must end with the placeholder of one variable'])
  const address = first === undefined ? url : url.slice(0, url.indexOf('{{'))
  if (!/^https?:\/\/[^\s]+$/i.test(address))
    found.push([`${path}.url`, `${path}.url must be a valid HTTP or HTTPS URL`])
  return found
}
