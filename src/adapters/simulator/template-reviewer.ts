import { done, refused, unavailable } from '../../ports/outcome.ts'
import type { TemplateReview, TemplateReviewer } from '../../ports/template-review.ts'
import { magicTemplate, REFUSE_REASON, REJECT_REASON, type TemplateBehaviour } from './magic-values/templates.ts'
import { openMemory } from './memory.ts'
import { digestOf, openStage, type SimulatedStep, type SimulatorOptions } from './simulated-call.ts'

export interface SimulatedTemplateReviewer extends TemplateReviewer {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedStep[]
}

interface ReviewRecord {
  behaviour: TemplateBehaviour | null
  endsAt: number
}

/** A look at a template that nobody will ever decide about. */
const NEVER_MS = 3_600_000

/**
 * Reviewers that are none: words in the body (`docs/PROVIDERS.md`) drive them. A review ends `delayMs` after the template was handed
 * in. A template that the memory has lost was never handed in.
 */
export function simulatedTemplateReviewer(options: SimulatorOptions = {}): SimulatedTemplateReviewer {
  const stage = openStage(options)
  const { note, clock, delayMs } = stage
  const file = options.file ?? null
  const reviews = openMemory<ReviewRecord>(file === null ? null : `${file}-templates.json`)
  const idOf = (reference: string) => `simulated_${digestOf('template', reference)}`

  function reviewAt({ behaviour, endsAt }: ReviewRecord, now: number): TemplateReview {
    if (behaviour === 'neverReview') return { state: 'pending', lookAgainMs: NEVER_MS }
    if (now < endsAt) return { state: 'pending', lookAgainMs: endsAt - now }
    return behaviour === 'reject' ? { state: 'rejected', reason: REJECT_REASON } : { state: 'approved' }
  }

  return {
    calls: stage.calls,
    submitTemplate: ({ template: { reference, text }, signal }) =>
      note('submitTemplate', reference, async () => {
        const behaviour = magicTemplate(text)
        if (behaviour === 'outage') return unavailable('service')
        if (behaviour === 'refuse') return refused({ member: 'definition', says: REFUSE_REASON })
        reviews.set(reference, { behaviour, endsAt: clock.now() + delayMs })
        if (behaviour === 'loseAnswer' && stage.isFirst(reference)) return stage.never(signal)
        return done({ templateId: idOf(reference) })
      }),
    findReview: ({ reference }) =>
      note('findReview', reference, async () => {
        const record = reviews.get(reference)
        return done(record === null ? null : { templateId: idOf(reference), review: reviewAt(record, clock.now()) })
      }),
  }
}
