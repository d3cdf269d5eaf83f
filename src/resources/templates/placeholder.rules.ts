import type { Content, Definition, Variable, VariableKind } from './definition.fields.ts'

/** Placeholders in the texts of a template, `{{0:variable}}`, and what stands in their place. */

export const CHANNELS = ['sms', 'whatsapp'] as const
export type Channel = (typeof CHANNELS)[number]

const PLACEHOLDER = /\{\{(\d+):(variable|link|media)\}\}/g

export interface Placeholder {
  text: string
  id: number
  kind: VariableKind
}

/** The placeholders of a text, in order. */
export function placeholdersOf(text: string): Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map(([whole, id, kind]) => ({
    text: whole,
    id: Number(id),
    kind: kind as VariableKind,
  }))
}

/** The text with something in place of each placeholder. */
export function withoutPlaceholders(text: string, instead: string): string {
  return text.replace(PLACEHOLDER, instead)
}

/** The text that a channel sends: its own, or that of every channel. Null where the template has none for it. */
export function contentFor({ body }: Pick<Definition, 'body'>, channel: Channel): Content | null {
  return body[channel] ?? body.multiChannel ?? null
}

/** The channels that the template has a text for. */
export function channelsOf(definition: Pick<Definition, 'body'>): Channel[] {
  return CHANNELS.filter((channel) => contentFor(definition, channel) !== null)
}

/** Every text of a definition with its variables, in the order of the definition. */
function textsOf({
  header,
  body,
  footer,
  buttons = [],
}: Definition): { text: string; variables: readonly Variable[] }[] {
  const contents = [header, body.multiChannel, body.sms, body.whatsapp, footer]
  return [
    ...contents
      .filter((content) => content !== undefined)
      .map(({ template, variables = [] }) => ({ text: template, variables })),
    ...buttons.map(({ props }) => ({ text: String(props.url ?? ''), variables: props.variables ?? [] })),
  ]
}

/** The names of the variables, in order of first appearance. */
export function variableNames(definition: Definition): string[] {
  const names = textsOf(definition).flatMap(({ text, variables }) =>
    placeholdersOf(text).flatMap(({ id }) => variables.find((variable) => variable.id === id)?.name ?? []),
  )
  return [...new Set(names)]
}

/** The text with the value of each variable in its place. */
export function fillIn({ template, variables = [] }: Content, textFor: (variable: Variable) => string): string {
  return template.replace(PLACEHOLDER, (whole, id: string) => {
    const variable = variables.find((one) => one.id === Number(id))
    return variable === undefined ? whole : textFor(variable)
  })
}

const NAME_MAX = 40

/** A name out of the first words of the text, where none is given. */
export function nameFrom(definition: Definition): string {
  const { body } = definition
  const text = (body.multiChannel ?? body.sms ?? body.whatsapp)?.template ?? ''
  const words = withoutPlaceholders(text, ' ')
    .split(/\s+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '')
  let name = ''
  for (const word of words) {
    const longer = name === '' ? word : `${name} ${word}`
    if ([...longer].length > NAME_MAX) break
    name = longer
  }
  return name === '' ? 'Template' : name
}

/** The name, with a number behind it where the account has it already. */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken)
  let free = name
  for (let count = 2; used.has(free); count += 1) free = `${name} ${count}`
  return free
}
