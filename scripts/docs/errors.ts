import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { CATALOGUE, type CatalogueEntry, type ErrorCode } from '../../src/contract/errors.ts'
import { codesOf, openCodesOf } from '../../src/http/openapi/failures.ts'
import { GENERATED, markdownTable } from './markdown.ts'

const entries = Object.entries(CATALOGUE) as [ErrorCode, CatalogueEntry][]

/** Which operations can answer the code, in as few words as possible. */
function answeredBy(code: ErrorCode): string {
  const open = OPEN_ENDPOINTS.filter((endpoint) => openCodesOf(endpoint).includes(code))
  const keyed = answeredWithKey(code)
  const isEverywhere = keyed === EVERY && open.length === OPEN_ENDPOINTS.length
  if (isEverywhere || (keyed === EVERY_CHANGE && open.every(({ kind }) => kind === 'write') && open.length > 0))
    return keyed
  const names = open.map(({ operation }) => `\`${operation}\``)
  if (keyed === null) return names.length === 0 ? 'no operation of the document' : names.join(', ')
  return [`${keyed}${keyed === EVERY || keyed === EVERY_CHANGE ? ' with an API key' : ''}`, ...names].join(', ')
}

const EVERY = 'every operation'
const EVERY_CHANGE = 'every change'

/** The same, of the operations that ask for an API key; null for none of them. */
function answeredWithKey(code: ErrorCode): string | null {
  const having = ENDPOINTS.filter((endpoint) => codesOf(endpoint).includes(code))
  const isAll = (all: typeof having) => all.length === having.length && all.every((one) => having.includes(one))
  if (having.length === 0) return null
  if (isAll([...ENDPOINTS])) return EVERY
  if (isAll(ENDPOINTS.filter(({ kind }) => kind === 'write'))) return EVERY_CHANGE
  const missing = ENDPOINTS.filter((endpoint) => !having.includes(endpoint))
  if (missing.length === 1) return `every operation but \`${missing[0]?.operation}\``
  return having.map(({ operation }) => `\`${operation}\``).join(', ')
}

/** `docs/ERRORS.md`: the catalogue, by status. */
export function renderErrors(): string {
  const rows = [...entries]
    .sort(([, a], [, b]) => a.status - b.status)
    .map(([code, { status, says, retry, fix }]) => [
      String(status),
      `\`${code}\``,
      says,
      retry === 'later' ? 'later' : 'no',
      fix,
      answeredBy(code),
    ])
  return `${GENERATED}

# Errors

Every refusal is an envelope with \`success: false\` and an \`error\` of five members: \`code\`, \`message\`, \`details\`, \`doc_url\`, \`hint\`. Programs go by the code; codes are never renumbered or reused. The message can say more than the one below where the request is known better; so can \`hint\`, which otherwise is the column "What to do". The words of a hint may change.

\`doc_url\` of a published code is the published page. Every other code is Letterhead's and leads to \`/docs/errors/<CODE>\` on the server that answers, which has a page for all of them: below \`PUBLIC_URL\`, in development below the address that the server listens on, else as a path alone. \`details\` names each member at fault by its dotted path, with its sentences, or is null.

Retry tells whether the same request can succeed later without a change. Where it can, 409, 429, 502 and 503 carry \`Retry-After\`. Where it cannot, 409 and 5xx carry \`X-Should-Retry: false\`, which Sent's SDKs obey.

${markdownTable(['Status', 'Code', 'Message', 'Retry', 'What to do', 'Answered by'], rows)}

\`REQUEST_404\` and \`REQUEST_405\` answer paths and methods that are not served; \`ROUTE_001\` answers operations of Sent's API that this server does not serve yet.
`
}
