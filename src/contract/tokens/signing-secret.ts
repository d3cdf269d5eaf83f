import { randomBytes } from 'node:crypto'

/** A fresh secret for signing what we send: `whsec_` and the base64 of 32 random bytes (contract 12.1; Standard Webhooks 1.0). */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
