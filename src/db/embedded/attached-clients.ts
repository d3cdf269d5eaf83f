import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { discard } from './discard.ts'
import { ask, openPresenceSocket, type PresenceSocket } from './socket-lock.ts'

const KIND = 'guest'

/** Makes this process known as one that uses the database without owning it. */
export function attachClient(address: string): Promise<PresenceSocket> {
  return openPresenceSocket(address, KIND)
}

/** Whether any command uses the database. Only for the holder of the lock `control`, under which attachedClients attachClient. */
export async function hasAttachedClients(address: string): Promise<boolean> {
  for (const file of await readdir(address)) {
    if (!file.startsWith(`${KIND}.`)) continue
    const path = join(address, file)
    if ((await ask(path)).alive) return true
    await discard(path)
  }
  return false
}
