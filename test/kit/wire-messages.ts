/** A message to PostgreSQL as it lies in a buffer: its kind, and what follows its length. */
export interface WireMessage {
  kind: string
  body: Buffer
}

/** Reads messages that follow each other. Throws when a length leads beyond the end. */
export function readMessages(bytes: Buffer): WireMessage[] {
  const messages: WireMessage[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) throw new Error('a message is longer than what was sent')
    messages.push({ kind: bytes.toString('latin1', at, at + 1), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return messages
}

/** The name and the parameters of a Bind message without format codes. Throws when it does not end where they do. */
export function readBind(body: Buffer): { statement: string; values: (string | null)[] } {
  const nameAt = body.indexOf(0) + 1
  const nameEnd = body.indexOf(0, nameAt)
  let at = nameEnd + 5
  const values = Array.from({ length: body.readUInt16BE(nameEnd + 3) }, () => {
    const length = body.readInt32BE(at)
    at += 4
    if (length === -1) return null
    at += length
    return body.toString('utf8', at - length, at)
  })
  if (at + 2 !== body.length) throw new Error('a Bind message does not end behind its parameters')
  return { statement: body.toString('utf8', nameAt, nameEnd), values }
}
