import { Worker } from 'node:worker_threads'

/**
 * Load that costs its generator little, from a thread of its own: more requests than the server can take, on a machine that the two
 * share. Raw sockets, requests made ready beforehand, and of an answer no more is read than its status and length.
 *
 * @typedef {{ status: number, ms: number, endedAtMs: number }} HttpResponse status 0 when none came; `endedAtMs` from the start of the load
 *
 * @param {string} url
 * @param {{ requests: string[], seconds: number, perSecond?: number, clients?: number }} load with `perSecond` an open model: a request
 *   is due when its time has come, and waits for one of 512 open connections from then on; with `clients` so many that wait for each answer
 * @returns {Promise<HttpResponse[]>}
 */
export function generateLoad(url, load) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('load-generator-worker.mjs', import.meta.url), {
      workerData: { host: hostname, port: Number(port), ...load },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** The bytes of a request. @returns {string} */
export function requestText(url, method, path, { key, body }) {
  const payload = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(url).host}`,
    `x-api-key: ${key}`,
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(payload)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${payload}`
}
