import { join } from 'node:path'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { runInside } from '../../harness/servers/namespace.mjs'

const connector = 'egress/exchange.js'

/** @type {import('../../harness/run.mjs').Goal} */
const rebinding = {
  id: 'SSRF-2',
  tier: 1,
  title:
    'A name is public first and private next, or both at once, with TTL 0: deliveries arrive at the public address, and nothing connects to a private listener',
  // Needs a network of its own, which a CI runner may not give.
  isForCi: false,
  injectedBugs: [
    {
      name: 'what a name resolves to is not looked at',
      code: [
        {
          file: connector,
          find: '!addresses.every((address) => mayDial(address, policy))',
          put: 'globalThis.never',
          isElsewhere: true,
        },
      ],
    },
    {
      name: 'the first address of a name speaks for all',
      code: [
        {
          file: connector,
          find: '!addresses.every((address) => mayDial(address, policy))',
          put: '!mayDial(first.address, policy)',
          isElsewhere: true,
        },
      ],
    },
    {
      name: 'the name is asked again after it was looked at',
      code: [
        {
          file: connector,
          find: 'callback(null, found);',
          put: `resolve(hostname, signal).then((again) => callback(null, again.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))), callback);`,
          isElsewhere: true,
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 0 })
    const { cluster } = environment.sharedCluster
    const webhooks = t.length(10, 100)
    const events = 10
    const deliveries = webhooks * events
    const task = {
      folder: environment.folder,
      env: { ...environment.sharedCluster.envOf(environment.database), RATE_LIMITS: 'off', ...patientLadder },
      alterations: t.injectedBug?.code ?? [],
      databaseSocket: join(cluster.folder, `.s.PGSQL.${cluster.port}`),
      databaseUrl: cluster.serverUrl(environment.database),
      key: environment.acme.admin,
      webhooks,
      events,
    }
    const { result } = await runInside('rebinding.mjs', task, {
      folder: environment.folder,
      withinMs: t.length(120_000, 300_000),
    })
    if (t.injectedBug !== null && !result.wasAltered) throw new Error(`${connector} was not altered`)
    const refused = await environment.count(
      `select count(*) from deliveries where error_message like 'The address of the endpoint is not one%'`,
    )
    t.figure('deliveries', deliveries)
    t.figure('questions', result.asked)
    t.figure('delivered', result.delivered)
    t.figure('refused', refused)
    t.figure('private_connections', result.connections)
    t.check(result.blind.length === 0, `a listener that saw nobody come: ${result.blind}`)
    t.equal(result.connections, 0, `connections to private listeners (${result.reached.join(', ')})`)
    t.check(result.asked >= deliveries, `only ${result.asked} questions of ${deliveries}`)
    t.check(result.delivered >= deliveries / 4, `only ${result.delivered} deliveries arrived where the name was public`)
    t.check(refused >= deliveries / 4, `only ${refused} deliveries met a private address`)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const rebindingGoals = [rebinding]
