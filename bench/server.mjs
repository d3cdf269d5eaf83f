/** The built server as a process of its own, with its log in a file, and requests to it. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../scripts/setup/package-root.mjs'
import { freePort } from '../scripts/testing/postgres-server.mjs'
import { start, stop } from './processes.mjs'

const readyWithinMs = 60_000

/** @typedef {{ pid: number, port: number, readyAfterMs: number, stop: () => Promise<void> }} BenchServer */

/**
 * Starts the server and waits until it is ready.
 *
 * @param {Record<string, string>} environment
 * @param {string} logPath
 * @param {string[]} nodeArgs
 * @returns {Promise<BenchServer>}
 */
export async function startServer(environment, logPath, nodeArgs = []) {
  const [port, opsPort] = [await freePort(), await freePort()]
  const log = openSync(logPath, 'a')
  const startedAt = performance.now()
  const started = start(process.execPath, [...nodeArgs, join(packageRoot, 'build', 'src', 'main.js')], {
    env: { PATH: process.env.PATH, ...environment, PORT: String(port), OPS_PORT: String(opsPort) },
    stdio: ['ignore', log, 'pipe'],
  })
  closeSync(log)
  while (!(await isReady(opsPort))) {
    if (started.child.exitCode !== null) throw new Error(`the server did not start: ${started.complaint()}`)
    if (performance.now() - startedAt > readyWithinMs) throw new Error('the server is not ready after a minute')
    await sleep(5)
  }
  const readyAfterMs = performance.now() - startedAt
  return { pid: started.child.pid, port, readyAfterMs, stop: () => stop(started) }
}

async function isReady(opsPort) {
  try {
    return (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).ok
  } catch {
    return false
  }
}

/**
 * A request as the load generator sends it.
 *
 * @param {'PATCH' | 'GET'} method
 * @param {{ body?: (count: string) => string, hasKey?: boolean }} options
 */
export function serverRequest(method, { body, hasKey = false } = {}) {
  return requestText(method, '/v3/profiles/@PROFILE@', ['x-api-key: @ACCOUNT@'], { body, hasKey })
}

/**
 * @param {string} method
 * @param {string} path
 * @param {string[]} headers
 * @param {{ body?: (count: string) => string, hasKey?: boolean, keyHeader?: string }} options
 */
export function requestText(method, path, headers, { body, hasKey = false, keyHeader = 'idempotency-key' } = {}) {
  const text = body?.('@COUNT@')
  // The placeholder stands for six digits, each time.
  const length = text === undefined ? 0 : Buffer.byteLength(text.replaceAll('@COUNT@', '000000'))
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'accept: application/json',
    'user-agent: letterhead-bench',
    ...headers,
    ...(hasKey ? [`${keyHeader}: @KEY@`] : []),
    ...(text === undefined ? [] : ['content-type: application/json', `content-length: ${length}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${text ?? ''}`
}
