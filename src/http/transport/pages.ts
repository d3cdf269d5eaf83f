import type { RouteHandlerMethod } from 'fastify'
import { readEntityTags } from '../../contract/entity-tag.ts'
import { buildOpenApi } from '../openapi/document.ts'
import { withExampleProfile } from '../openapi/example-profile.ts'
import { type DescribedEndpoints, errorIndexPage, errorPage } from './error-pages.ts'
import {
  PAGE_POLICY,
  PLAIN_PAGE,
  REFERENCE_PAGE,
  type ReferenceScript,
  readReferenceScript,
  START_SCRIPT,
} from './reference-page.ts'
import type { ServerOptions } from './server.ts'

/** What is served beside the API. It needs no key: it says nothing that the repository does not say, but in development one id. */
export const PAGES = [
  '/',
  '/docs',
  '/docs/scalar.js',
  '/docs/start.js',
  '/openapi.json',
  '/docs/errors',
  '/docs/errors/:code',
] as const

type Transport = Parameters<ServerOptions['pages']>[0]

const GUARDS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}
const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/**
 * Adds the OpenAPI document, the API reference that shows it, the pages of the error codes, and the way there from `/`. The document is made once, when
 * it is first asked for.
 *
 * @param publicUrl what the document names as its server; null names the server it was read from.
 * @param findProfile finds the profile that the document has as its example; without one that is an id which nothing has.
 */
export function addPages(
  server: Transport,
  endpoints: DescribedEndpoints,
  publicUrl: string | null,
  findProfile: () => Promise<string | null> = async () => null,
  readScript: () => Promise<ReferenceScript | null> = readReferenceScript,
): void {
  let document: string | null = null
  let shown: string | null = null
  // Until the first start has made the profile there is none to show.
  const written = async () => {
    if (shown !== null) return shown
    const build = () => buildOpenApi(endpoints.keyed, endpoints.open, publicUrl)
    // The document is served also while the database is away.
    const profileId = await findProfile().catch(() => null)
    if (profileId !== null) {
      shown = JSON.stringify(withExampleProfile(build(), profileId))
      return shown
    }
    document ??= JSON.stringify(build())
    return document
  }
  let script: Promise<ReferenceScript | null> | null = null
  const held = () => {
    script ??= readScript()
    return script
  }
  // For HEAD the same, of which Node sends no body.
  const page = (url: (typeof PAGES)[number], handler: RouteHandlerMethod) =>
    server.route({ method: ['GET', 'HEAD'], url, handler })
  page(PAGES[0], async (_request, reply) => reply.headers(GUARDS).redirect('/docs', 302))
  page(PAGES[1], async (_request, reply) =>
    reply
      .headers(GUARDS)
      .type(HTML)
      .send((await held()) === null ? PLAIN_PAGE : REFERENCE_PAGE),
  )
  page(PAGES[2], async (request, reply) => {
    const found = await held()
    if (found === null) return reply.callNotFound()
    reply.headers({ ...GUARDS, etag: found.etag, vary: 'accept-encoding' })
    if (isHeld(request.headers['if-none-match'], found.etag)) return reply.code(304).send()
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    if (takesGzip) reply.header('content-encoding', 'gzip')
    return reply.type(SCRIPT).send(takesGzip ? found.gzipped : found.plain)
  })
  page(PAGES[3], async (_request, reply) => reply.headers(GUARDS).type(SCRIPT).send(START_SCRIPT))
  page(PAGES[4], async (_request, reply) =>
    reply
      .headers(GUARDS)
      .type('application/json; charset=utf-8')
      .send(await written()),
  )
  page(PAGES[5], async (_request, reply) => reply.headers(GUARDS).type(HTML).send(errorIndexPage()))
  page(PAGES[6], async (request, reply) => {
    const found = errorPage((request.params as { code: string }).code, endpoints)
    return found === null ? reply.callNotFound() : reply.headers(GUARDS).type(HTML).send(found)
  })
}

/** If-None-Match (RFC 9110 section 13.1.2). A header that cannot be read asks for the page. */
function isHeld(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = readEntityTags(ifNoneMatch ?? '')
  return tags === '*' || tags?.includes(etag) === true
}
