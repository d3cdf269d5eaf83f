/** What a piece of work tells about itself when it is traced. Words of the program and ids only: no bodies, addresses or keys. */
export interface Span<T> {
  name: string
  kind: 'server' | 'client' | 'consumer'
  attributes: Readonly<Record<string, string | number>>
  /** The headers that may name the caller's own span (W3C Trace Context). */
  parent?: Readonly<Record<string, string | undefined>>
  /** What the result says; an error that is thrown is one without being told. */
  outcome?: (result: T) => { attributes: Readonly<Record<string, string | number>>; isError: boolean }
}

/** Does the work within a span. Changes neither its result nor its error. */
export type Trace = <T>(span: Span<T>, work: () => Promise<T>) => Promise<T>

/** The trace of whoever has not asked for one. */
export const untraced: Trace = (_span, work) => work()
