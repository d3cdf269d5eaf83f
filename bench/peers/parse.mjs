import { join } from 'node:path'
import { packageRoot } from '../../scripts/setup/package-root.mjs'
import { messagesOf, start, stop } from '../processes.mjs'
import { seedBody } from '../seed-request.mjs'
import { requestText } from '../server.mjs'

/**
 * Parse Server with its own idempotency on, its request ids kept in PostgreSQL.
 *
 * @param {{ folder: string, url: string, prefix: string, first: number, count: number }} at
 */
export async function startParse(at) {
  const started = start(process.execPath, [join(packageRoot, 'bench', 'programs', 'parse.mjs')], {
    cwd: at.folder,
  })
  const next = messagesOf(started)
  started.child.stdin.end(JSON.stringify(at))
  const { port, applicationId } = await next()
  const request = requestText('PUT', '/parse/classes/Profile/@PROFILE@', [`x-parse-application-id: ${applicationId}`], {
    body: seedBody,
    hasKey: true,
    keyHeader: 'x-parse-request-id',
  })
  return { pid: started.child.pid, port, request, stop: () => stop(started) }
}
