import { GENERATED, markdownTable } from './markdown.ts'
import { type CellOutcome, GIVEN, type NullCell, nullCells } from './null-cells.ts'

const WORDS = {
  kept: 'kept',
  removed: 'removed',
  set: 'set',
  unused: 'not provided',
  used: 'taken',
} as const

const SENTENCE_MAX = 120

/** A long list of choices is cut: the API document has it whole. */
function shortened(says: string): string {
  return says.length <= SENTENCE_MAX ? says : `${says.slice(0, says.lastIndexOf(',', SENTENCE_MAX))}, …`
}

function words(outcome: CellOutcome, { operation, member }: NullCell): string {
  if (outcome.kind === 'refused')
    return `400 ${outcome.at === member ? '' : `\`${outcome.at}\`: `}${shortened(outcome.says)}`
  return outcome.kind === 'kept' && operation === 'createProfile' ? 'default' : WORDS[outcome.kind]
}

/** One text where all stored billing models lead to the same; else each with its model. */
function cellText(cell: NullCell): string {
  const texts = Object.entries(cell.outcomes).map(([model, outcome]) => [model, words(outcome, cell)] as const)
  const [first] = texts
  if (texts.every(([, text]) => text === first?.[1])) return first?.[1] ?? ''
  return texts.map(([model, text]) => `billing model \`${model}\`: ${text}`).join('; ')
}

function table(cells: readonly NullCell[], operation: NullCell['operation'], merge: boolean): string {
  const these = cells.filter((cell) => cell.operation === operation && cell.merge === merge)
  const members = [...new Set(these.map(({ member }) => member))]
  const rows = members.map((member) => [
    `\`${member}\``,
    ...GIVEN.map((given) =>
      these
        .filter((cell) => cell.member === member && cell.given === given)
        .map(cellText)
        .join(),
    ),
  ])
  return markdownTable(['Member', 'absent', 'null', '""', 'value'], rows)
}

/** `docs/NULLS.md`: every field with nothing, null, "" and a value, in both media types. */
export function renderNulls(): string {
  const cells = nullCells()
  return `${GENERATED}

# Null, empty and absent

This page shows what each member of a request does when it is absent, null, an empty text, or a value. Every cell is computed: the server's own code validates a request with the member in that state. For a member inside an object the rest of that object is present; all other members are absent. The stored profile has a value in every member. [Update safely](guides/update-safely.md#clear-a-field) shows how to clear a field.

- **kept**: the stored value stays. **default**: a new profile gets the default. **removed**: the stored value is deleted and reads null. **set**: the value is stored.
- **taken**: the value is used and is not part of the profile. **not provided**: as if it were absent.
- **400**: the request is refused with this sentence, and nothing is changed.

If the outcome depends on the stored \`billing_model\`, the cell shows both. A list in a request replaces the stored list; a null member of an entry counts as not provided.

## PATCH as application/json

Null means not provided.

${table(cells, 'updateProfile', false)}

## PATCH as application/merge-patch+json

Null removes what can be removed (RFC 7396). Members that are required are judged on the merged result.

${table(cells, 'updateProfile', true)}

## POST

\`application/json\` only. Null means not provided.

${table(cells, 'createProfile', false)}
`
}
