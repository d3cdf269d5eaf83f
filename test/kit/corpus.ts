import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'

/** A request that a random one was reduced to, with the status that is right. */
export interface CorpusRequest {
  about: string
  operation: string
  /** Members of the path, as they are sent; those that are not told are of things that exist. */
  ids?: Record<string, string>
  query?: string
  headers?: Record<string, string>
  body?: unknown
  /** The body as it is sent, where it is no JSON or not to be written anew. */
  text?: string
  status: number
}

/** What random tests have found, and what such tests find first in other servers: it is asked before anything random. */
export const CORPUS = JSON.parse(readFileSync(join(packageRoot, 'test', 'fixtures', 'corpus.json'), 'utf8')) as {
  requests: CorpusRequest[]
  /** Texts of bodies. */
  bodies: string[]
}
