import { rm } from 'node:fs/promises'

/** Removes a file or folder if it is there; a leftover that cannot be removed is not worth a failed start. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}
