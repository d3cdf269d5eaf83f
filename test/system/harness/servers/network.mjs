import { createServer } from 'node:net'

/**
 * Listens on a free port of the loopback address.
 *
 * @param {import('node:net').Server | import('node:http').Server} server
 * @param {number} [port]
 * @returns {Promise<number>} the port
 */
export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, backlog: 2_048 }, () => resolve(server.address().port))
  })
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
