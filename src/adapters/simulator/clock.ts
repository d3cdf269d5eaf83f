/** The time that a simulated registry and carrier live in. A test hands in one that it can move. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs the work once, later. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): void
}

/** The clock on the wall. */
export const wallClock: SimulatorClock = {
  now: () => Date.now(),
  after: (milliseconds, work) => void setTimeout(work, milliseconds).unref(),
}
