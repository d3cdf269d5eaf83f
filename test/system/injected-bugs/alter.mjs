/**
 * Loaded into a server that is to be broken on purpose, before its program. The altered texts come from the environment,
 * so that the built files stay as they are.
 */
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  register('./alter-load.mjs', import.meta.url, { data: JSON.parse(process.env.PROVE_ALTERATIONS ?? '[]') })
}
