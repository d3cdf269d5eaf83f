import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { packageRoot } from '../../package-root.ts'

/** The API reference: a page that shows the OpenAPI document and can send requests. Nothing comes from anywhere else. */

/**
 * What the browser may do on these pages. The reference writes its own styles into the page; scripts come from this
 * server only and cannot be made from text, and requests go to this server only.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function page(body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Letterhead API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
${body}
</body>
</html>
`
}

export const REFERENCE_PAGE =
  page(`<noscript><p>The API reference needs JavaScript. <a href="/openapi.json">OpenAPI document</a></p></noscript>
<div id="reference"></div>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>`)

/** Instead of the reference where the program was installed without the reference's script. */
export const PLAIN_PAGE = page(`<h1>Letterhead</h1>
<p>This installation holds no API reference page. The <a href="/openapi.json">OpenAPI document</a> says the same.</p>`)

/** Starts the reference with everything off that would leave this server. Requests go to where the page came from. */
export const START_SCRIPT = `Scalar.createApiReference('#reference', ${JSON.stringify(
  {
    url: '/openapi.json',
    servers: [{ url: '/', description: 'This server.' }],
    proxyUrl: '',
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: 'never',
    hideClientButton: true,
    persistAuth: false,
    documentDownloadType: 'json',
    defaultOpenAllTags: true,
    orderSchemaPropertiesBy: 'preserve',
    orderRequiredPropertiesFirst: false,
  },
  null,
  2,
)})
`

export interface ReferenceScript {
  plain: Buffer
  gzipped: Buffer
  etag: string
}

const SCRIPT_PATH = join(packageRoot, 'build', 'assets', 'scalar.js')

/** The reference's script as the build copied it; null when this installation has none. */
export async function readReferenceScript(path = SCRIPT_PATH): Promise<ReferenceScript | null> {
  const plain = await readFile(path).catch(() => null)
  if (plain === null) return null
  const gzipped = await promisify(gzip)(plain)
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` }
}
