import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Span, Trace } from './trace.ts'

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER }

/**
 * Spans through OpenTelemetry's API. They go where the SDK sends them that the operator has loaded before the server
 * (`node --import`); without one they are made and dropped. An error leaves its class on the span, never its text.
 */
export function openTelemetry(version: string): Trace {
  const tracer = trace.getTracer('letterhead', version)
  return <T>({ name, kind, attributes, parent, outcome }: Span<T>, work: () => Promise<T>) => {
    const from = parent === undefined ? context.active() : propagation.extract(context.active(), parent)
    return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, from, async (span) => {
      try {
        const result = await work()
        const said = outcome?.(result)
        if (said !== undefined) span.setAttributes(said.attributes)
        if (said?.isError === true) span.setStatus({ code: SpanStatusCode.ERROR })
        return result
      } catch (error) {
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    })
  }
}
