/**
 * The condition that a row found by its id is live. In words that the partial index of live rows cannot be chosen by: a plan
 * that is made while there are few rows would search that index by the organization alone, and goes on so when there are many.
 *
 * @param column the instant of deletion
 */
export function isNotDeleted(column: string): string {
  return `coalesce(${column}, 'infinity') = 'infinity'`
}
