import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isAnswering } from './framing.ts'

const SWEEP_MS = 100
/** As many connections may wait to be accepted: Node's own backlog. */
const TAKE_IN_TURNS = 511
/** How long a request that is still arriving may go on arriving. */
const HEADERS_ARRIVE_MS = 1_000

/**
 * Node's own close waits for connections that never sent a request, or never finish one, as a load balancer's spare ones.
 *
 * @returns ends, from now on, every connection on which nobody waits for an answer; those with half a request a second later.
 */
export function watchSockets(server: Server): () => void {
  const open = new Set<Duplex>()
  const watch = (socket: Duplex) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  // Under TLS requests belong to the secured socket, and the one below it would look quiet all the time.
  server.on('setSecureContext' in server ? 'secureConnection' : 'connection', watch)
  return () => {
    const startedMs = performance.now()
    const silent = new WeakSet<Duplex>()
    const sweep = () => {
      for (const socket of open) {
        const hasBegun = (socket as { bytesRead?: number }).bytesRead !== 0
        // Twice in a row: on a busy machine what has come may not be read yet.
        const isSilent = !hasBegun && silent.has(socket)
        if (!hasBegun) silent.add(socket)
        if (!isAnswering(socket) && (isSilent || performance.now() - startedMs > HEADERS_ARRIVE_MS)) socket.destroy()
      }
      if (open.size === 0) clearInterval(timer)
    }
    // Not at once: what a connection that was just accepted has sent is read first.
    const timer = setInterval(sweep, SWEEP_MS)
    timer.unref()
  }
}

/**
 * Lets connections that are made but not accepted yet in. A listening socket that closes resets them, though their clients have
 * sent a request: to be called before it closes. A turn of the event loop accepts one of them.
 */
export async function takeInWaiting(): Promise<void> {
  for (let turn = 0; turn < TAKE_IN_TURNS; turn += 1) await nextTurn()
}
