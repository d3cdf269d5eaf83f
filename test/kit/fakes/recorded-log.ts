import { inspect } from 'node:util'
import type { Log } from '../../../src/observability/log.ts'

/** A log that keeps everything it is given, errors with every hidden member, as text to search in. */
export function recordedLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const write =
    (level: string) =>
    (event: string, fields?: unknown, error?: unknown): void => {
      lines.push(inspect({ level, event, fields, error }, { depth: null, showHidden: true, customInspect: false }))
    }
  return { log: { info: write('info'), warn: write('warn'), error: write('error') }, lines }
}
