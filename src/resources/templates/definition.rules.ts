import type { Details } from '../../contract/failure.ts'
import { buttonProblems } from './button.rules.ts'
import { contentProblems, type ProblemsAt } from './content.rules.ts'
import type { Content, Definition } from './definition.fields.ts'
import { channelsOf, placeholdersOf } from './placeholder.rules.ts'

/** What the shape of a definition does not tell. Every rule is judged, so that all problems come together. */

function headerProblems(header: Content): ProblemsAt {
  const path = 'definition.header'
  const found = contentProblems(path, header)
  const placeholders = placeholdersOf(header.template)
  const isText = header.type === undefined || header.type === 'text'
  if (isText && placeholders.length > 1) found.push([`${path}.template`, 'Header text must have at most one variable'])
  if (isText && placeholders.some(({ kind }) => kind === 'media'))
    found.push([`${path}.template`, 'A header of type text has no media variable'])
  const [first] = placeholders
  if (!isText && (first?.kind !== 'media' || header.template !== first.text))
    found.push([
      `${path}.template`,
      `A header of type ${header.type} must be the placeholder of one media variable, as {{0:media}}`,
    ])
  return found
}

function footerProblems({ template, variables = [] }: Content): ProblemsAt {
  const isPlain = variables.length === 0 && !/\{\{|\}\}/.test(template)
  return isPlain ? [] : [['definition.footer.template', 'Footer text must not have variables']]
}

/** Of the templates for one-time codes, and of the others what only those have. */
function authenticationProblems(
  category: string,
  { header, buttons = [], authenticationConfig }: Definition,
): ProblemsAt {
  const at = 'definition.authenticationConfig'
  if (category !== 'AUTHENTICATION') {
    return authenticationConfig === undefined
      ? []
      : [[at, 'authenticationConfig is only for the category AUTHENTICATION']]
  }
  const found: ProblemsAt = []
  if (authenticationConfig === undefined)
    found.push([at, 'authenticationConfig is required for the category AUTHENTICATION'])
  if (buttons.length !== 1 || buttons[0]?.type !== 'COPY_CODE')
    found.push([
      'definition.buttons',
      'A template of the category AUTHENTICATION has exactly one button, of type COPY_CODE',
    ])
  if (header?.type !== undefined && header.type !== 'text')
    found.push(['definition.header', 'A template of the category AUTHENTICATION has no media in its header'])
  return found
}

/** Every problem of a definition whose shape is right but for `invalid`: what is at or inside of those is not judged. */
export function definitionProblems(definition: Definition, category: string, invalid: Details): Details {
  const { header, body, footer, buttons } = definition
  const contents = (['multiChannel', 'sms', 'whatsapp'] as const).flatMap((name) => {
    const content = body?.[name]
    return content === undefined ? [] : [{ path: `definition.body.${name}`, content }]
  })
  const isFit = (path: string) =>
    !Object.keys(invalid).some((one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`))
  const found: ProblemsAt = []
  if (isFit('definition.body') && channelsOf(definition).length === 0)
    found.push(['definition.body', 'At least one body content is required'])
  for (const { path, content } of contents) if (isFit(path)) found.push(...contentProblems(path, content))
  if (header !== undefined && isFit('definition.header')) found.push(...headerProblems(header))
  if (footer !== undefined && isFit('definition.footer')) found.push(...footerProblems(footer))
  const areButtonsFit = isFit('definition.buttons')
  if (buttons !== undefined && areButtonsFit) found.push(...buttonProblems(buttons, category))
  const isRestFit = areButtonsFit && isFit('definition.header') && isFit('definition.authenticationConfig')
  if (isRestFit && isFit('category')) found.push(...authenticationProblems(category, definition))
  const details: Details = {}
  for (const [path, says] of found) details[path] = [...(details[path] ?? []), says]
  return details
}

/** The category where none is given: the definition shows which it can be. */
export function categoryFrom(definition: Partial<Pick<Definition, 'authenticationConfig'>>): string {
  return definition.authenticationConfig === undefined ? 'UTILITY' : 'AUTHENTICATION'
}

type Loose = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list whose entries have numbers: their own, or their place, counted from `first`. */
function numbered(list: unknown, first: number): unknown {
  if (!Array.isArray(list)) return list
  return list.map((entry, index) =>
    isObject(entry) && entry.id === undefined ? { id: index + first, ...entry } : entry,
  )
}

/** An object whose variables have numbers; whatever is none stays as it is. */
function withVariableIds(content: unknown): unknown {
  if (!isObject(content) || content.variables === undefined) return content
  return { ...content, variables: numbered(content.variables, 0) }
}

/**
 * A definition with a number for each variable and button: that which is given, or its place in the list. What has not the
 * right shape stays as it is, for the checks to find.
 */
export function withIds(definition: Loose): Definition {
  const parts = Object.entries(definition).map(([name, part]) => {
    if (name === 'header' || name === 'footer') return [name, withVariableIds(part)]
    if (name === 'body' && isObject(part))
      return [
        name,
        Object.fromEntries(Object.entries(part).map(([channel, content]) => [channel, withVariableIds(content)])),
      ]
    if (name !== 'buttons') return [name, part]
    const buttons = numbered(part, 1)
    const withProps = (button: unknown) =>
      isObject(button) ? { ...button, props: withVariableIds(button.props) } : button
    return [name, Array.isArray(buttons) ? buttons.map(withProps) : buttons]
  })
  return Object.fromEntries(parts) as Definition
}
