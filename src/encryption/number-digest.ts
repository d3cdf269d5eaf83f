import type { KeyRing } from './key-ring.ts'

/**
 * The keyed digest by which the number of a person is found: of E.164, or of the digits of its national form. It differs from
 * organization to organization, so nobody can tell from the database whom two of them both know.
 */
export function numberDigest(keys: KeyRing, organizationId: string, number: string): string {
  return keys.digest('phone number', `${organizationId} ${number}`).toString('base64url')
}
