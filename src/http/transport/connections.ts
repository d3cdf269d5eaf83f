import type { Server } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import { countedAddress } from '../auth/lockout.ts'
import { isAnswering } from './framing.ts'

export interface ConnectionBounds {
  /** Most connections on which nobody has shown a valid key yet. */
  max: number
  /** Most of them of one address. */
  maxPerAddress: number
  /** Proxies of the operator, as addresses and CIDR ranges: they bring many clients along and are not counted. */
  trustedHops: readonly string[]
  /** Told of each that was closed to make room. */
  onClosed(): void
}

interface Stranger {
  address: string
  socket: Socket
}

const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')

/**
 * Bounds connections of clients that nobody knows. One too many is not turned away: the one that has been silent the longest is
 * closed instead, so that who opens many and leaves them open keeps nobody out. From the first request with a valid key on, a
 * connection is not counted any more, however many its client has.
 */
export class Connections {
  readonly #bounds: ConnectionBounds
  readonly #hops = new BlockList()
  /** By both ends, since under TLS one connection is two sockets. The oldest first. */
  readonly #strangers = new Map<string, Stranger>()
  readonly #byAddress = new Map<string, Set<string>>()
  readonly #known = new WeakSet<Socket>()

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
    for (const hop of bounds.trustedHops) {
      const [address = '', prefix] = hop.split('/')
      const family = isIPv6(address) ? 'ipv6' : 'ipv4'
      if (prefix === undefined) this.#hops.addAddress(address, family)
      else this.#hops.addSubnet(address, Number(prefix), family)
    }
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#add(socket))
    server.on('secureConnection', (socket: Socket) => {
      const stranger = this.#strangers.get(nameOf(socket))
      if (stranger !== undefined) stranger.socket = socket
    })
  }

  /** Whether it comes from a proxy of the operator. */
  isOfHop({ remoteAddress = '' }: Socket): boolean {
    const address = plainAddress(remoteAddress)
    return address !== '' && this.#hops.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }

  /** Somebody on this connection has shown that they may ask. */
  know(socket: Socket): void {
    if (this.#known.has(socket)) return
    this.#known.add(socket)
    this.#remove(nameOf(socket))
  }

  #add(socket: Socket): void {
    if (this.isOfHop(socket)) return
    const name = nameOf(socket)
    const address = countedAddress(socket.remoteAddress ?? '')
    this.#strangers.set(name, { address, socket })
    const ofAddress = this.#byAddress.get(address) ?? new Set()
    this.#byAddress.set(address, ofAddress.add(name))
    socket.once('close', () => this.#remove(name))
    if (ofAddress.size > this.#bounds.maxPerAddress) this.#closeOldest(ofAddress)
    if (this.#strangers.size > this.#bounds.max) this.#closeOldest(this.#strangers.keys())
  }

  /** The oldest that does not wait for an answer; the one that came last where all of them do. */
  #closeOldest(names: Iterable<string>): void {
    let chosen: string | undefined
    for (const name of names) {
      chosen = name
      const stranger = this.#strangers.get(name)
      if (stranger !== undefined && !isAnswering(stranger.socket)) break
    }
    if (chosen === undefined) return
    const socket = this.#strangers.get(chosen)?.socket
    this.#remove(chosen)
    socket?.destroy()
    this.#bounds.onClosed()
  }

  #remove(name: string): void {
    const stranger = this.#strangers.get(name)
    if (stranger === undefined) return
    this.#strangers.delete(name)
    const ofAddress = this.#byAddress.get(stranger.address)
    ofAddress?.delete(name)
    if (ofAddress?.size === 0) this.#byAddress.delete(stranger.address)
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
