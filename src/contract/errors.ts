/**
 * Every failure a client can see. Codes are public and permanent: add, never renumber, never reuse.
 *
 * `retry` says whether the same request can succeed later without a change. `fix` is for the person who reads it: every
 * answer carries it as `error.hint`, unless the place that refuses knows the request better. Sources: contract section 2; decisions 3, 16 and 23 for the codes that the contract does not have.
 */
export interface CatalogueEntry {
  status: number
  says: string
  retry: 'never' | 'later'
  fix: string
}

export const CATALOGUE = {
  AUTH_001: {
    status: 401,
    says: 'User is not authenticated',
    retry: 'never',
    fix: 'Send your API key in the x-api-key header.',
  },
  AUTH_002: {
    status: 401,
    says: 'Invalid or missing API key',
    retry: 'never',
    fix: 'The key is malformed, unknown, revoked, or belongs to a user or profile that is gone. Create a new key.',
  },
  AUTH_004: {
    status: 403,
    says: 'You do not have access to this organization or profile',
    retry: 'never',
    fix: 'Use a key whose user has the role that the operation needs, and send x-profile-id only with an organization key.',
  },
  AUTH_005: {
    status: 403,
    says: 'Your account is not yet activated. Please wait for account activation before using the API.',
    retry: 'later',
    fix: 'Set-up is finished; an operator has to activate the account.',
  },
  AUTH_006: {
    status: 403,
    says: 'Your KYC verification is not complete. Please submit your KYC documents before using the API.',
    retry: 'later',
    fix: 'Finish the KYC steps of the account.',
  },
  AUTH_007: {
    status: 403,
    says: 'Your account has no messaging channel configured yet.',
    retry: 'later',
    fix: 'Configure at least one channel for the account.',
  },
  VALIDATION_001: {
    status: 400,
    says: 'Request validation failed',
    retry: 'never',
    fix: 'Correct every member named in error.details, then send the request again.',
  },
  VALIDATION_002: {
    status: 400,
    says: 'Invalid phone number format',
    retry: 'never',
    fix: "Send the number with + and its country code (e.g. '+12025551234').",
  },
  VALIDATION_003: {
    status: 400,
    says: 'Invalid GUID format',
    retry: 'never',
    fix: 'Send a UUID, or leave the x-profile-id header out.',
  },
  VALIDATION_005: {
    status: 400,
    says: 'Field value out of valid range',
    retry: 'never',
    fix: 'Correct what error.message says, then send the request again.',
  },
  VALIDATION_007: {
    status: 400,
    says: 'Invalid Idempotency-Key format',
    retry: 'never',
    fix: 'Use 1 to 255 letters, digits, hyphens or underscores, and nothing that looks like a card number.',
  },
  RESOURCE_001: {
    status: 404,
    says: 'Contact not found',
    retry: 'never',
    fix: 'The contact does not exist, was deleted, or the account does not see it. List the contacts of this key.',
  },
  RESOURCE_002: {
    status: 404,
    says: 'Template not found',
    retry: 'never',
    fix: 'The template does not exist, was deleted, or is not shared with this account. List the templates of this key.',
  },
  RESOURCE_005: {
    status: 404,
    says: 'Organization not found',
    retry: 'never',
    fix: 'A standalone account has no users. Use a key of an organization.',
  },
  RESOURCE_006: {
    status: 404,
    says: 'User not found',
    retry: 'never',
    fix: 'The user does not exist, was removed, is the owner, or belongs to another organization. List the users.',
  },
  RESOURCE_007: {
    status: 409,
    says: 'Resource already exists (duplicate)',
    retry: 'never',
    fix: 'Look the existing one up and change it.',
  },
  RESOURCE_008: {
    status: 404,
    says: 'Webhook not found',
    retry: 'never',
    fix: 'The webhook does not exist, was deleted, or belongs to another account. List the webhooks of this key.',
  },
  RESOURCE_009: {
    status: 404,
    says: 'Brand not found for this profile',
    retry: 'never',
    fix: 'Give the profile a brand, or let it inherit that of its organization, before it gets campaigns.',
  },
  RESOURCE_010: {
    status: 404,
    says: 'Campaign not found for this profile',
    retry: 'never',
    fix: 'The campaign does not exist, was deleted, or belongs to another profile. List the campaigns of the profile.',
  },
  RESOURCE_013: {
    status: 404,
    says: 'Phone number not found or invalid',
    retry: 'never',
    fix: "Send the number with + (percent-encoded as %2B) and its country code (e.g. '+12025551234').",
  },
  RESOURCE_014: {
    status: 404,
    says: 'Profile not found',
    retry: 'never',
    fix: 'The profile does not exist, was deleted, or belongs to another organization. List the profiles of this key.',
  },
  RESOURCE_015: {
    status: 404,
    says: 'API key not found',
    retry: 'never',
    fix: 'The key does not exist, was revoked, or belongs to another profile. List the keys of the profile.',
  },
  RESOURCE_016: {
    status: 404,
    says: 'Invitation not found',
    retry: 'never',
    fix: 'The invitation does not exist, has ended, was answered, or was sent anew. Ask an admin for a new one.',
  },
  BUSINESS_002: {
    status: 429,
    says: 'Rate limit exceeded',
    retry: 'later',
    fix: 'Wait for the seconds in Retry-After.',
  },
  BUSINESS_009: {
    status: 422,
    says: 'The organization has no WhatsApp Business Account. Set one up, or provide whatsapp_business_account.',
    retry: 'never',
    fix: 'Give the organization a WhatsApp Business Account, or send direct credentials with the profile.',
  },
  BUSINESS_014: {
    status: 403,
    says: 'Your account is suspended.',
    retry: 'never',
    fix: 'Ask the operator of this server why the account is suspended.',
  },
  CONFLICT_001: {
    status: 409,
    says: 'Concurrent idempotent request in progress',
    retry: 'later',
    fix: 'The first request with this Idempotency-Key still runs. Send the same request again after Retry-After.',
  },
  CONFLICT_002: {
    status: 409,
    says: 'This Idempotency-Key was used for another request',
    retry: 'never',
    fix: 'Use a new Idempotency-Key for a new request. To finish an interrupted request, send it unchanged.',
  },
  PRECONDITION_001: {
    status: 412,
    says: 'The profile was changed since you read it',
    retry: 'never',
    fix: 'Read the profile again, look at what changed, and send If-Match with the new ETag.',
  },
  STRICT_001: {
    status: 422,
    says: 'Strict mode: this Idempotency-Key was used with another request body',
    retry: 'never',
    fix: 'Use a new Idempotency-Key for a new body.',
  },
  STRICT_002: {
    status: 409,
    says: 'Strict mode: this Idempotency-Key holds a sandbox answer',
    retry: 'never',
    fix: 'Use another Idempotency-Key for the live request.',
  },
  REQUEST_400: {
    status: 400,
    says: 'The request could not be read',
    retry: 'never',
    fix: 'Send well-formed HTTP/1.1 and, where a body is expected, one well-formed JSON object.',
  },
  REQUEST_404: {
    status: 404,
    says: 'No such route',
    retry: 'never',
    fix: 'Look the path up in the API reference of this server at /docs.',
  },
  REQUEST_405: {
    status: 405,
    says: 'Method not allowed',
    retry: 'never',
    fix: 'Use a method named in the Allow header.',
  },
  REQUEST_406: {
    status: 406,
    says: 'The answer is only available as application/json',
    retry: 'never',
    fix: 'Accept application/json.',
  },
  REQUEST_408: {
    status: 408,
    says: 'The request took too long to arrive',
    retry: 'later',
    fix: 'Send the request faster.',
  },
  CALLBACK_001: {
    status: 401,
    says: 'The signature of the callback is missing or wrong',
    retry: 'never',
    fix: 'Check the secret or public key of the provider, and that no proxy changes the address or the body.',
  },
  REQUEST_413: { status: 413, says: 'The request body is too large', retry: 'never', fix: 'Send at most 128 KiB.' },
  REQUEST_414: {
    status: 414,
    says: 'The request target is too long',
    retry: 'never',
    fix: 'Send at most 2 KiB of URL.',
  },
  REQUEST_415: {
    status: 415,
    says: 'Unsupported media type',
    retry: 'never',
    fix: 'Send application/json (or application/merge-patch+json with PATCH), UTF-8, without a content encoding.',
  },
  REQUEST_417: { status: 417, says: 'Expectation cannot be met', retry: 'never', fix: 'Leave the Expect header out.' },
  REQUEST_431: {
    status: 431,
    says: 'The request headers are too large',
    retry: 'never',
    fix: 'Send at most 16 KiB of headers.',
  },
  PROVIDER_001: {
    status: 503,
    says: 'A provider that this request needs is not configured',
    retry: 'never',
    fix: 'An operator has to configure the provider named in error.details; `letterhead doctor` shows how.',
  },
  ROUTE_001: {
    status: 501,
    says: 'This operation is not served yet',
    retry: 'never',
    fix: 'The README lists the operations that this server does not serve yet.',
  },
  SERVICE_001: {
    status: 503,
    says: 'Cache service temporarily unavailable',
    retry: 'later',
    fix: 'Nothing was executed. Send the same request with the same Idempotency-Key again.',
  },
  INTERNAL_001: {
    status: 500,
    says: 'Unexpected internal server error',
    retry: 'later',
    fix: 'Give the request id to the operator of this server: its log line holds the cause.',
  },
  INTERNAL_003: {
    status: 502,
    says: 'External service error',
    retry: 'later',
    fix: 'A provider failed; nothing was changed. Try again later.',
  },
  INTERNAL_004: {
    status: 504,
    says: 'Timeout waiting for operation',
    retry: 'later',
    fix: 'Send the same request with the same Idempotency-Key again to learn the outcome.',
  },
  INTERNAL_005: {
    status: 503,
    says: 'Service temporarily unavailable',
    retry: 'later',
    fix: 'Wait for the seconds in Retry-After.',
  },
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof CATALOGUE

/** The codes that the published API documents, and so has a page of its own for. Every other one is Letterhead's. */
const PUBLISHED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AUTH_001',
  'AUTH_002',
  'AUTH_004',
  'AUTH_005',
  'AUTH_006',
  'AUTH_007',
  'VALIDATION_001',
  'VALIDATION_002',
  'VALIDATION_003',
  'VALIDATION_005',
  'VALIDATION_007',
  'RESOURCE_001',
  'RESOURCE_002',
  'RESOURCE_005',
  'RESOURCE_006',
  'RESOURCE_007',
  'RESOURCE_008',
  'RESOURCE_009',
  'RESOURCE_010',
  'RESOURCE_013',
  'RESOURCE_014',
  'BUSINESS_002',
  'BUSINESS_014',
  'CONFLICT_001',
  'SERVICE_001',
  'INTERNAL_001',
  'INTERNAL_003',
  'INTERNAL_004',
  'INTERNAL_005',
])

/** Where a server shows its page of a code, published or not. */
export function errorPath(code: ErrorCode): string {
  return `/docs/errors/${code}`
}

/**
 * The page that an answer's `doc_url` names: the published one of a published code, and this server's own of every other.
 *
 * @param origin where clients reach this server; '' makes the page of an own code a path on the server that answered.
 */
export function docUrl(code: ErrorCode, origin: string): string {
  if (!PUBLISHED.has(code)) return `${origin}${errorPath(code)}`
  const page = code.startsWith('AUTH_') ? 'authentication' : 'error-catalog'
  return `https://docs.sent.dm/docs/reference/api/${page}`
}

/** Of a refusal that one sentence says and that names no member. */
const AS_THE_MESSAGE_SAYS = 'Correct what error.message says, then send the request again.'

/** What to do about a code where the place that refuses knows nothing better. */
export function defaultHint(code: ErrorCode, hasDetails: boolean): string {
  return code === 'VALIDATION_001' && !hasDetails ? AS_THE_MESSAGE_SAYS : CATALOGUE[code].fix
}
