import { built } from './built.mjs'

/**
 * An app in this process whose database notes each statement.
 *
 * @param {Record<string, string>} environment
 * @returns {Promise<{ app: import('../src/app/app.ts').App, sent: { name: string, text: string, values: unknown[] }[] }>}
 */
export async function openApp(environment) {
  const { buildApp } = await built('app/app')
  const { buildPorts } = await built('app/providers')
  const { loadConfig } = await built('config/index')
  const { KeyRing } = await built('encryption/key-ring')
  const { createLog } = await built('observability/log')
  const { createMetrics } = await built('observability/metrics')
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
