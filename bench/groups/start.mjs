import { join } from 'node:path'
import { startServer } from '../server.mjs'
import { perRound } from '../statistics.mjs'

/** A laptop's start: embedded PostgreSQL in a new directory, and again in the same one. */
export async function measureStart(bench) {
  const outcomes = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const environment = { DATA_DIR: join(bench.folder, `data-${round}`), HOME: process.env.HOME ?? '/' }
    const start = async () => {
      const context = await startServer(environment, join(bench.folder, 'start.log'))
      await context.stop()
      return context.readyAfterMs / 1000
    }
    const outcome = { first: await start(), later: await start() }
    outcomes.push(outcome)
    bench.tell(`start ${round + 1}: first ${outcome.first.toFixed(2)} s, later ${outcome.later.toFixed(2)} s`)
  }
  bench.figures['first-start'] = perRound(outcomes, ({ first }) => first)
  bench.figures['later-start'] = perRound(outcomes, ({ later }) => later)
}
