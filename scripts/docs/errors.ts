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

Every refusal is an envelope with \`success: false\` and an \`error\` of five members: \`code\`, \`message\`, \`details\`, \`doc_url\`, \`hint\`. Programs rely on \`code\`; codes are never renumbered or reused. \`message\` and \`hint\` can be more exact than the table, which has the general message and, under "What to do", the general hint. The words of a hint may change. [Troubleshoot](guides/troubleshoot.md) goes by symptom.

\`doc_url\` of a published code is the published page. Letterhead's own codes have the page \`/docs/errors/<CODE>\` on the server: below \`PUBLIC_URL\`, in development below the address that the server listens on, otherwise as a path only. \`details\` maps the dotted path of each wrong member to its sentences, or is null.

The column Retry says whether the same request can succeed later without a change. If it can, 409, 429, 502 and 503 have \`Retry-After\`. If it cannot, 409 and 5xx have \`X-Should-Retry: false\`, which Sent's SDKs obey.

${markdownTable(['Status', 'Code', 'Message', 'Retry', 'What to do', 'Answered by'], rows)}

\`REQUEST_404\` and \`REQUEST_405\` answer paths and methods that are not served; \`ROUTE_001\` answers operations of Sent's API that this server does not serve yet.
`
}
