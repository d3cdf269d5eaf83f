import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** Requests as the providers sign them, written from their documentation and not from the code under test. */
export interface SignedCallback {
  headers: Record<string, string>
  body: string
}

/** Members sorted, no spaces: RFC 8785 for flat objects of text and whole numbers, which is what TCR sends. */
function canonicalText(value: Record<string, unknown>): string {
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`).join(',')}}`
}

export function tcrCallback(
  event: Record<string, unknown>,
  { secret, url, body = JSON.stringify(event) }: { secret: string; url: string; body?: string },
): SignedCallback {
  const signature = createHmac('sha1', secret)
    .update(url + canonicalText(event))
    .digest('base64')
  return { headers: { 'x-registry-signature': signature, 'content-type': 'application/json' }, body }
}

export function telnyxKeys(): { publicKey: string; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { publicKey: Buffer.from(x, 'base64url').toString('base64'), privateKey }
}

export function telnyxCallback(
  event: unknown,
  { privateKey, seconds }: { privateKey: KeyObject; seconds: number },
): SignedCallback {
  const body = JSON.stringify(event)
  const signature = sign(null, Buffer.from(`${seconds}|${body}`), privateKey).toString('base64')
  return { headers: { 'telnyx-signature-ed25519': signature, 'telnyx-timestamp': String(seconds) }, body }
}

export function metaCallback(event: unknown, { secret }: { secret: string }): SignedCallback {
  const body = JSON.stringify(event)
  return {
    headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` },
    body,
  }
}
