/** A set-up step that cannot go on, with a message for the person at the terminal; its stack says nothing more. */
export class SetupFailure extends Error {}

/**
 * Ends the process with exit code 1 after showing why.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function exitWith(error) {
  console.error(error instanceof SetupFailure ? error.message : error)
  process.exit(1)
}
