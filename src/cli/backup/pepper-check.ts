import type { KeyRing } from '../../encryption/key-ring.ts'

/** Equal for two installations exactly when they have the same KEY_PEPPER. Shows nothing of it: the pepper is 256 random bits. */
export function pepperCheck(keys: KeyRing): string {
  return keys.digest('backup-check', '').subarray(0, 12).toString('base64url')
}
