import type { Outcome } from './outcome.ts'

/** A template as reviewers read it. */
export interface TemplateForReview {
  /** Ours, one for each handing in. */
  reference: string
  name: string
  category: string
  language: string
  /** The text of the body, with its placeholders. */
  text: string
}

/** Where a review stands. `lookAgainMs`: when a look may find more. */
export type TemplateReview =
  | { state: 'pending'; lookAgainMs: number }
  | { state: 'approved' }
  | { state: 'rejected'; reason: string }

export interface TemplateReviewer {
  /**
   * Hands a template in, once for a reference. A lost answer leaves open whether it was taken: `findReview` tells, and nothing is
   * handed in again before it was asked. A refusal says why the template can never be taken as it is.
   */
  submitTemplate(request: {
    template: TemplateForReview
    signal?: AbortSignal
  }): Promise<Outcome<{ templateId: string }>>
  /** The review of a reference, or null where nothing was handed in under it. */
  findReview(request: {
    reference: string
    signal?: AbortSignal
  }): Promise<Outcome<{ templateId: string; review: TemplateReview } | null>>
}
