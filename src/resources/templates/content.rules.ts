import type { Content } from './definition.fields.ts'
import { placeholdersOf } from './placeholder.rules.ts'

/** Problems, each at the path of a member. */
export type ProblemsAt = [path: string, says: string][]

const ANY_BRACES = /\{\{[^{}]*\}\}|\{\{|\}\}/g
const NO_PLACEHOLDER = 'Placeholders are written as {{0:variable}}, {{1:link}} or {{2:media}}'

/** The problems of one text with its variables. */
export function contentProblems(path: string, { template, variables = [] }: Content): ProblemsAt {
  const found: ProblemsAt = []
  const placeholders = placeholdersOf(template)
  const known = new Set(placeholders.map(({ text }) => text))
  if ((template.match(ANY_BRACES) ?? []).some((braces) => !known.has(braces)))
    found.push([`${path}.template`, NO_PLACEHOLDER])
  if (new Set(variables.map(({ id }) => id)).size < variables.length)
    found.push([`${path}.variables`, 'variables must have unique IDs'])
  for (const { text, id, kind } of new Map(placeholders.map((one) => [one.text, one])).values()) {
    const variable = variables.find((one) => one.id === id)
    if (variable === undefined)
      found.push([`${path}.template`, `Placeholder ${text} has no variable with the id ${id}`])
    else if (variable.type !== kind)
      found.push([
        `${path}.template`,
        `Placeholder ${text} must be {{${id}:${variable.type}}}, as the type of its variable`,
      ])
  }
  for (const [index, { id }] of variables.entries()) {
    if (!placeholders.some((one) => one.id === id))
      found.push([`${path}.variables[${index}]`, `The variable with the id ${id} has no placeholder in the text`])
  }
  return found
}
