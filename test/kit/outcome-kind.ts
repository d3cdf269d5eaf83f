import type { Outcome } from '../../src/ports/outcome.ts'

/** The kind of an outcome, and whom it is about where it says so: `refused`, `unavailable of subject`, `timeout of service`. */
export function kindAndAbout(outcome: Outcome<unknown>): string {
  return 'of' in outcome ? `${outcome.kind} of ${outcome.of}` : outcome.kind
}

/** Definite errors in shapes that no provider's description has. */
export const STRANGE_ERRORS: readonly { title: string; status: number; body: unknown }[] = [
  { title: '422 with a detail', status: 422, body: { detail: 'secret is not allowed by us' } },
  { title: '400 with a message', status: 400, body: { message: 'secret is not allowed by us' } },
  { title: '422 with errors by name', status: 422, body: { errors: { ein: ['secret is not allowed by us'] } } },
  { title: '400 with an empty list', status: 400, body: [] },
  { title: '400 with text', status: 400, body: 'secret is not allowed by us' },
  { title: '400 with nothing', status: 400, body: '' },
  { title: '415 with HTML', status: 415, body: '<html>secret is not allowed by us</html>' },
  { title: '418', status: 418, body: { error: 'secret is not allowed by us' } },
]
