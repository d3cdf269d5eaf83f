/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs everything that is compared in turn, round by round, every other round backwards, so that what drifts meets all
 * alike.
 *
 * @template T
 * @param {number} rounds
 * @param {{ name: string, run: () => Promise<T> }[]} subjects
 * @param {(line: string) => void} tell
 * @returns {Promise<Record<string, T>[]>} the outcomes of each round, by name
 */
export async function inRounds(rounds, subjects, tell) {
  const outcomes = []
  for (let round = 0; round < rounds; round += 1) {
    const outcome = {}
    const turn = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const { name, run } of turn) {
      outcome[name] = await run()
      tell(`round ${round + 1}/${rounds} ${name}: ${describe(outcome[name])}`)
    }
    outcomes.push(outcome)
  }
  return outcomes
}

function describe({ rate, nodeUs, postgresUs, p50, p99 }) {
  const latency = p50 === undefined ? '' : `, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  return `${rate.toFixed(0)}/s, CPU ${nodeUs.toFixed(0)} + ${postgresUs.toFixed(0)} µs${latency}`
}

/** Of each round, one figure: `of` is asked with the round's outcomes. */
export function perRound(outcomes, of) {
  const values = outcomes.map(of)
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}
