/**
 * The assignments by which a statement wakes a job: it is due now, and a worker that holds it gives it back as due.
 * `job` names the table or its alias in them.
 */
export function wakes(job: string): string {
  return `due_at = least(${job}.due_at, now()), woken = true`
}
