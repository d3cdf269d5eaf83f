/** What is logged of a request, and nothing else is: ids, names from our own lists, and numbers. */
export interface AccessLine {
  requestId: string
  method: string
  /** The template, as `/v3/profiles/:profileId`; null where no route matched. Never the path. */
  route: string | null
  status: number
  /** The code of the error catalogue. */
  code: string | null
  durationMs: number
  organizationId: string | null
  keyId: string | null
  profileId?: string | null
  /** What the Idempotency-Key led to. */
  idempotency?: string | null
  isSandbox?: boolean
  /** The name of the error's class. */
  errorClass?: string | null
}

/** Text that JSON takes as it is. A longer or stranger value goes the careful way. */
const PLAIN = /^[\w:./{}@-]{1,128}$/

/**
 * One JSON line, ended by a line break. Members that hold null, and `sandbox` when false, are left out. Built by hand,
 * because it is written for every request.
 */
export function renderAccessLine(line: AccessLine, at: Date, instance: string, mask: (text: string) => string): string {
  const named = (name: string, value: string | null | undefined) =>
    value === null || value === undefined ? '' : `,"${name}":${quote(mask(value))}`
  const id = (name: string, value: string | null | undefined) =>
    value === null || value === undefined ? '' : `,"${name}":${PLAIN.test(value) ? `"${value}"` : quote(mask(value))}`
  return (
    `{"level":"info","time":"${at.toISOString()}","instance":${quote(instance)},"event":"request"` +
    id('request_id', line.requestId) +
    named('method', line.method) +
    named('route', line.route) +
    `,"status":${line.status},"duration_ms":${Math.round(line.durationMs * 1000) / 1000}` +
    named('code', line.code) +
    id('organization_id', line.organizationId) +
    id('key_id', line.keyId) +
    id('profile_id', line.profileId) +
    named('idempotency', line.idempotency) +
    (line.isSandbox === true ? ',"sandbox":true' : '') +
    named('error_class', line.errorClass) +
    '}\n'
  )
}

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text.slice(0, 256))
}
