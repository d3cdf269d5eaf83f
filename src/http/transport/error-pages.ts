import { CATALOGUE, type CatalogueEntry, type ErrorCode, errorPath } from '../../contract/errors.ts'
import type { Endpoint } from '../endpoint.ts'
import { codesOf, failureExample, openCodesOf } from '../openapi/failures.ts'
import type { OpenEndpoint } from '../public-endpoint.ts'

/** The pages of the error codes, made from the catalogue that the server answers by. They need no network. */

const CODES = Object.keys(CATALOGUE) as ErrorCode[]

export interface DescribedEndpoints {
  keyed: readonly Endpoint[]
  open: readonly OpenEndpoint[]
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; border-radius: 4px }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0 }
</style>
</head>
<body>
${body}
</body>
</html>
`
}

/** The list of all codes. */
export function errorIndexPage(): string {
  const rows = [...CODES]
    .sort((one, other) => CATALOGUE[one].status - CATALOGUE[other].status)
    .map((code) => {
      const { status, says } = CATALOGUE[code]
      return `<tr><td>${status}</td><td><a href="${errorPath(code)}">${code}</a></td><td>${escaped(says)}</td></tr>`
    })
  return page(
    'Letterhead: error codes',
    `<h1>Error codes</h1>
<table>
<tr><th>Status</th><th>Code</th><th>Message</th></tr>
${rows.join('\n')}
</table>
<p><a href="/docs">API reference</a></p>`,
  )
}

/** The page of one code; null for a text that is none. */
export function errorPage(text: string, endpoints: DescribedEndpoints): string | null {
  const code = CODES.find((one) => one === text)
  if (code === undefined) return null
  const { status, says, retry, fix }: CatalogueEntry = CATALOGUE[code]
  const operations = [
    ...endpoints.keyed.filter((endpoint) => codesOf(endpoint).includes(code)),
    ...endpoints.open.filter((endpoint) => openCodesOf(endpoint).includes(code)),
  ].map(({ operation }) => operation)
  const again =
    retry === 'later'
      ? 'The same request can succeed later. Where the answer carries Retry-After, wait for that many seconds.'
      : 'The same request cannot succeed without a change.'
  const answeredBy =
    operations.length === 0
      ? 'It is answered before a request reaches an operation.'
      : `Operations that answer it: ${operations.join(', ')}.`
  return page(
    `Letterhead: ${code}`,
    `<h1>${code}</h1>
<p>HTTP ${status}. ${escaped(says)}</p>
<h2>What to do</h2>
<p>${escaped(fix)}</p>
<p>An answer can say more than this page: read <code>error.hint</code> and, where members are at fault, <code>error.details</code>.</p>
<h2>Send it again?</h2>
<p>${again}</p>
<h2>Where it comes from</h2>
<p>${answeredBy}</p>
<h2>As it is answered</h2>
<pre>${escaped(JSON.stringify(failureExample(code).value, null, 2))}</pre>
<p><a href="/docs/errors">All codes</a> · <a href="/docs">API reference</a></p>`,
  )
}
