import { built } from './built.mjs'

/**
 * An app in this process whose database notes each statement.
 *
 * @param {Record<string, string>} environment
 * @returns {Promise<{ app: import('../src/app/app.ts').App, sent: { name: string, text: string, values: unknown[] }[] }>}
 */
export async function openApp(environment) {
  const [{ buildApp }, { loadConfig }, { KeyRing }, { createLog }, { createMetrics }, { buildPorts }] =
    await Promise.all(
      [
        'app/app',
        'config/index',
        'encryption/key-ring',
        'observability/log',
        'observability/metrics',
        'app/providers',
      ].map(built),
    )
  const loaded = loadConfig(environment)
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
  const { config } = loaded
  const log = createLog({ level: 'silent', instance: 'bench' })
  const app = buildApp({
    connection: { connectionString: config.database.url.reveal() },
    config,
    keys: new KeyRing(config.keyMaterial.reveal()),
    ports: await buildPorts(config, log),
    log,
    metrics: createMetrics({ version: 'bench', withProcess: false }),
  })
  const sent = []
  for (const executor of [app.db, app.db.reads, app.db.lists, app.db.writes]) {
    const run = executor.run.bind(executor)
    executor.run = (organizationId, statement, params) => {
      sent.push({ name: statement.name, text: statement.text, values: [...params] })
      return run(organizationId, statement, params)
    }
  }
  return { app, sent }
}
