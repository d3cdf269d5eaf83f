import { Environment } from './servers/environment.mjs'
import { seeded } from './traffic/random.mjs'

/**
 * One attempt to prove one goal: what was measured, what did not hold, and the environments it used.
 *
 * @typedef {object} Goal
 * @property {string} id
 * @property {1 | 2} tier
 * @property {string} title what is proved, in one line
 * @property {(t: GoalRun) => Promise<void>} run
 * @property {import('./injected-bugs.mjs').InjectedBug[]} [injected bugs] each must make the goal fail
 * @property {boolean} [isForCi] left out of the CI selection when false
 */
class GoalRun {
  /** @param {{ goal: Goal, sharedCluster: import('./servers/shared-cluster.mjs').SharedCluster, seed: number, isLong: boolean, injected bug?: import('./injected-bugs.mjs').InjectedBug }} options */
  constructor({ goal, sharedCluster, seed, isLong, injectedBug }) {
    this.goal = goal
    this.sharedCluster = sharedCluster
    this.seed = seed
    this.isLong = isLong
    this.injectedBug = injectedBug ?? null
    this.random = seeded(`${seed}/${goal.id}`)
    /** @type {Map<string, string | number>} */
    this.figures = new Map()
    /** @type {string[]} */
    this.failures = []
    this.checks = 0
    /** @type {Environment[]} */
    this.environments = []
  }

  /** @template T @param {T} short @param {T} long @returns {T} the length of the run */
  length(short, long) {
    return this.isLong ? long : short
  }

  /** Opens a environment, broken as this goalRun wants it. @param {import('./servers/environment.mjs').EnvironmentOptions} [options] */
  async environment(options = {}) {
    const environment = new Environment(this.sharedCluster, {
      ...options,
      injectedBug: this.injectedBug ?? options.injectedBug ?? {},
    })
    this.environments.push(environment)
    return await environment.open()
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
    for (const environment of this.environments) {
      problems.push(...environment.checkInjectedBug())
      await environment.close()
    }
    return problems
  }
}

/**
 * Runs one goalRun to its end.
 *
 * @param {ConstructorParameters<typeof GoalRun>[0]} options
 * @returns {Promise<{ id: string, ok: boolean, isBroken: boolean, line: string, figures: [string, string | number][], failures: string[] }>}
 *   isBroken: it could not be carried out, which says nothing about the goal
 */
export async function prove(options) {
  const goalRun = new GoalRun(options)
  const startedAt = performance.now()
  let fault = ''
  try {
    await options.goal.run(goalRun)
  } catch (error) {
    if (process.env.PROVE_DEBUG)
      console.error(
        goalRun.environments
          .map((environment) => environment.logs())
          .join('')
          .slice(-6000),
      )
    fault = error instanceof Error ? `${error.stack ?? error.message}` : String(error)
  }
  const problems = await goalRun.close()
  if (problems.length > 0) fault += ` sabotage: ${problems[0]}`
  if (fault === '' && goalRun.checks === 0) fault = 'nothing was checked'
  const ok = fault === '' && goalRun.failures.length === 0
  const words = [
    ok ? 'PASS' : 'FAIL',
    options.goal.id,
    ...(options.injectedBug === undefined ? [] : [`sabotage="${options.injectedBug.name}"`]),
    ...[...goalRun.figures].map(([name, value]) => `${name}=${value}`),
    `checks=${goalRun.checks}`,
    `seconds=${((performance.now() - startedAt) / 1_000).toFixed(1)}`,
    `seed=${options.seed}`,
    ...(goalRun.failures.length === 0
      ? []
      : [`failed="${[...new Set(goalRun.failures)].slice(0, 6).join('; ').slice(0, 1_200)}"`]),
    ...(fault === '' ? [] : [`broken="${fault.replaceAll(/\s+/g, ' ').slice(0, 900)}"`]),
  ]
  return {
    id: options.goal.id,
    ok,
    isBroken: fault !== '',
    line: words.join(' '),
    figures: [...goalRun.figures],
    failures: goalRun.failures,
  }
}
