import { pino } from 'pino'

const BUFFER_CHARS = 4_096
const WAITING_BYTES_MAX = 1_048_576
const FLUSH_EVERY_MS = 200
const BLOCKED_AFTER_MS = 1_000

export interface LogDestination {
  write(line: string): void
  /** Starts writing what is buffered. */
  flushSoon(): void
  /** Writes what is buffered before it returns; nothing where the reader is blocked or gone. */
  flush(): void
}

export interface DestinationOptions {
  /** File descriptor; 1, standard output, by default. */
  fd?: number
  /** Bytes that may wait for a blocked reader; further lines are dropped. 1 MiB by default. */
  waitingBytesMax?: number
  onLineDropped?: () => void
}

/**
 * A buffered, asynchronous destination. A line is on its way after 200 ms at the latest, and at a normal exit. A reader
 * that blocks costs lines, never memory, the event loop or the exit of the process; when it reads again, one line says
 * how many are missing (OBS-6).
 */
export function openLogDestination(options: DestinationOptions = {}): LogDestination {
  const stream = pino.destination({
    dest: options.fd ?? 1,
    sync: false,
    minLength: BUFFER_CHARS,
    maxLength: options.waitingBytesMax ?? WAITING_BYTES_MAX,
    periodicFlush: FLUSH_EVERY_MS,
  })
  let dropped = 0
  let isBroken = false
  let isClosed = false
  /** Since when bytes wait without any being taken; 0 while none wait. */
  let waitingSince = 0
  stream.on('drop', () => {
    dropped += 1
    options.onLineDropped?.()
  })
  stream.on('write', () => {
    waitingSince = Date.now()
  })
  stream.on('drain', () => {
    waitingSince = 0
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    stream.write(`{"level":"warn","time":"${new Date().toISOString()}","event":"log_lines_dropped","lines":${lines}}\n`)
  })
  // A full disk or a closed terminal loses lines; it must not end the server.
  stream.on('error', () => {
    isBroken = true
    options.onLineDropped?.()
  })
  const canFlush = () => !isClosed && !isBroken && (waitingSince === 0 || Date.now() - waitingSince < BLOCKED_AFTER_MS)
  // The stream flushes itself at exit by writes that wait for the reader however long it takes: ahead of that it is closed.
  process.prependListener('exit', () => {
    isClosed = !canFlush()
    if (isClosed) stream.destroy()
  })
  return {
    write(line) {
      if (isClosed) return
      if (waitingSince === 0) waitingSince = Date.now()
      stream.write(line)
    },
    flushSoon() {
      if (!isClosed) stream.flush()
    },
    flush() {
      if (canFlush()) stream.flushSync()
    },
  }
}
