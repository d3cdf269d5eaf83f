import { Stage } from './servers/environment.mjs'
import { seeded } from './traffic/random.mjs'

/**
 * One attempt to prove one goal: what was measured, what did not hold, and the stages it used.
 *
 * @typedef {object} Goal
 * @property {string} id
 * @property {1 | 2} tier
 * @property {string} title what is proved, in one line
 * @property {(t: Trial) => Promise<void>} run
 * @property {import('./injected-bugs.mjs').Sabotage[]} [sabotages] each must make the goal fail
 * @property {boolean} [isForCi] left out of the CI selection when false
 */
class Trial {
  /** @param {{ goal: Goal, world: import('./servers/shared-cluster.mjs').World, seed: number, isLong: boolean, sabotage?: import('./injected-bugs.mjs').Sabotage }} options */
  constructor({ goal, world, seed, isLong, sabotage }) {
    this.goal = goal
    this.world = world
    this.seed = seed
    this.isLong = isLong
    this.sabotage = sabotage ?? null
    this.random = seeded(`${seed}/${goal.id}`)
    /** @type {Map<string, string | number>} */
    this.figures = new Map()
    /** @type {string[]} */
    this.failures = []
    this.checks = 0
    /** @type {Stage[]} */
    this.stages = []
  }

  /** @template T @param {T} short @param {T} long @returns {T} the length of the run */
  length(short, long) {
    return this.isLong ? long : short
  }

  /** Opens a stage, broken as this trial wants it. @param {import('./servers/environment.mjs').StageOptions} [options] */
  async stage(options = {}) {
    const stage = new Stage(this.world, { ...options, sabotage: this.sabotage ?? options.sabotage ?? {} })
    this.stages.push(stage)
    return await stage.open()
  }

  /** Notes a measured figure. */
  figure(name, value) {
    this.figures.set(name, typeof value === 'number' ? Math.round(value * 100) / 100 : value)
  }

  /** What must hold. @param {boolean} holds @param {string} otherwise what is said when it does not */
  check(holds, otherwise) {
    this.checks += 1
    if (!holds) this.failures.push(otherwise)
    return holds
  }

  equal(actual, expected, what) {
    return this.check(actual === expected, `${what}: ${actual}, not ${expected}`)
  }

  atMost(actual, most, what) {
    return this.check(actual <= most, `${what}: ${Math.round(actual * 100) / 100}, at most ${most}`)
  }

  async close() {
    const problems = []
    for (const stage of this.stages) {
      problems.push(...stage.checkSabotage())
      await stage.close()
    }
    return problems
  }
}

/**
 * Runs one trial to its end.
 *
 * @param {ConstructorParameters<typeof Trial>[0]} options
 * @returns {Promise<{ id: string, ok: boolean, isBroken: boolean, line: string, figures: [string, string | number][], failures: string[] }>}
 *   isBroken: it could not be carried out, which says nothing about the goal
 */
export async function prove(options) {
  const trial = new Trial(options)
  const startedAt = performance.now()
  let fault = ''
  try {
    await options.goal.run(trial)
  } catch (error) {
    if (process.env.PROVE_DEBUG)
      console.error(
        trial.stages
          .map((stage) => stage.logs())
          .join('')
          .slice(-6000),
      )
    fault = error instanceof Error ? `${error.stack ?? error.message}` : String(error)
  }
  const problems = await trial.close()
  if (problems.length > 0) fault += ` sabotage: ${problems[0]}`
  if (fault === '' && trial.checks === 0) fault = 'nothing was checked'
  const ok = fault === '' && trial.failures.length === 0
  const words = [
    ok ? 'PASS' : 'FAIL',
    options.goal.id,
    ...(options.sabotage === undefined ? [] : [`sabotage="${options.sabotage.name}"`]),
    ...[...trial.figures].map(([name, value]) => `${name}=${value}`),
    `checks=${trial.checks}`,
    `seconds=${((performance.now() - startedAt) / 1_000).toFixed(1)}`,
    `seed=${options.seed}`,
    ...(trial.failures.length === 0
      ? []
      : [`failed="${[...new Set(trial.failures)].slice(0, 6).join('; ').slice(0, 1_200)}"`]),
    ...(fault === '' ? [] : [`broken="${fault.replaceAll(/\s+/g, ' ').slice(0, 900)}"`]),
  ]
  return {
    id: options.goal.id,
    ok,
    isBroken: fault !== '',
    line: words.join(' '),
    figures: [...trial.figures],
    failures: trial.failures,
  }
}
