import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'

const typeA = 1
const typeAaaa = 28

/** The 16 bytes of the few IPv6 addresses that it tells, which have no part that begins with a zero left out in the middle. */
function bytesOf(address) {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head, tail = ''] = address.split('::')
  const words = (text) => text.split(':').filter((word) => word !== '')
  const zeros = Array.from({ length: 8 - words(head).length - words(tail).length }, () => '0')
  const all = [...words(head), ...zeros, ...words(tail)]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

/**
 * A name server that changes its mind: every question gets the next answer of its kind, for every name, with no time to
 * live (RFC 1035).
 */
export class FakeNames {
  /** @param {{ v4: string[][], v6: string[][] }} answers lists of addresses, told in turn */
  constructor(answers) {
    this.answers = answers
    /** Questions for IPv4 addresses, and for IPv6 ones. */
    this.asked = { v4: 0, v6: 0 }
    this.lastAt = performance.now()
    this.socket = createSocket('udp4')
    this.socket.on('message', (message, { address, port }) => this.socket.send(this.#answer(message), port, address))
  }

  /** @param {number} port */
  async open(port) {
    await new Promise((resolve, reject) => {
      this.socket.once('error', reject)
      this.socket.bind(port, '127.0.0.1', () => resolve(undefined))
    })
    return this
  }

  #answer(message) {
    let end = 12
    while (message[end] !== 0) end += 1 + message[end]
    const question = message.subarray(12, end + 5)
    const type = message.readUInt16BE(end + 1)
    const kind = { [typeA]: 'v4', [typeAaaa]: 'v6' }[type]
    const addresses = kind === undefined ? [] : this.#next(kind)
    const header = Buffer.alloc(12)
    message.copy(header, 0, 0, 2)
    // An answer, with recursion as it was asked for.
    header.writeUInt16BE(0x8180, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(addresses.length, 6)
    return Buffer.concat([header, question, ...addresses.map((address) => record(type, bytesOf(address)))])
  }

  #next(kind) {
    const list = this.answers[kind]
    const found = list[this.asked[kind] % list.length]
    this.asked[kind] += 1
    this.lastAt = performance.now()
    return found
  }

  close() {
    this.socket.close()
  }
}

function record(type, data) {
  const fields = Buffer.alloc(12)
  // The name is that of the question; the class is the internet; nothing is to be kept.
  fields.writeUInt16BE(0xc00c, 0)
  fields.writeUInt16BE(type, 2)
  fields.writeUInt16BE(1, 4)
  fields.writeUInt32BE(0, 6)
  fields.writeUInt16BE(data.length, 10)
  return Buffer.concat([fields, data])
}
