import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts'
import { packageRoot } from '../../src/package-root.ts'

interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook: string }
}

const text = (path: string) => readFileSync(join(packageRoot, 'deploy', path), 'utf8')

const alerts = (parse(text('prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)
const panels = (
  JSON.parse(text('grafana/letterhead.json')) as { panels: { title: string; targets: { expr: string }[] }[] }
).panels.map(({ title, targets }) => ({ title, exprs: targets.map(({ expr }) => expr) }))

/** Counts everything once, so that each series with labels exists. */
function countAll(metrics: Metrics): void {
  metrics.requestStarted()
  metrics.requestEnded({ method: 'GET', route: '/v3/profiles', status: 500, seconds: 0.1 })
  metrics.idempotency('abandoned')
  for (const reason of ['unknown', 'malformed', 'locked_out'] as const) metrics.authFailed(reason)
  metrics.rateLimited()
  for (const reason of ['requests', 'lists'] as const) metrics.loadShed(reason)
  metrics.providerCalled('payments', 'done')
  metrics.registrationParked('brand')
  metrics.delivered('webhook', 'DELIVERED')
  metrics.providerGuarded('payments', 'opened')
  metrics.outboxSeen({ pending: 1, oldestSeconds: 1 })
  metrics.watchPool({ inUse: () => 1, waiting: () => 0 })
}

/** Names with their labels, as one scrape shows them. */
let series: { name: string; labels: Map<string, string> }[]

before(async () => {
  const metrics = createMetrics({ version: 'test' })
  countAll(metrics)
  series = (await metrics.render())
    .split('\n')
    .map((line) => /^(\w+)(?:\{(.*)\})? /.exec(line))
    .filter((found) => found !== null)
    .map(([, name = '', labels = '']) => ({
      name,
      labels: new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value])),
    }))
})

/** What a query asks for and no scrape has: a name, a label, or a value of one. */
function unknownIn(query: string): string[] {
  const asked = [...query.matchAll(/\b((?:letterhead|http_server|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)]
  const missing = asked.flatMap(([, name = '', selector = '']) => {
    const named = series.filter((one) => one.name === name)
    if (named.length === 0) return [name]
    return [...selector.matchAll(/(\w+)=(~?)"([^"]*)"/g)].flatMap(([, label = '', regular = '', value = '']) => {
      const wanted = regular === '' ? [value] : value.split('|')
      const known = new Set(named.map(({ labels }) => labels.get(label)))
      return wanted.filter((one) => !known.has(one)).map((one) => `${name}{${label}="${one}"}`)
    })
  })
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/))
  const labels = new Set(series.filter(({ name }) => query.includes(name)).flatMap((one) => [...one.labels.keys()]))
  return [...missing, ...grouped.filter((label) => !labels.has(label)).map((label) => `by (${label})`)]
}

describe('rules and dashboard for the metrics', () => {
  test('every alert asks for metrics that exist, says what is wrong, and names a page', () => {
    assert.ok(alerts.length >= 10, `${alerts.length} alerts`)
    for (const { alert, expr, labels, annotations } of alerts) {
      assert.deepEqual(unknownIn(expr), [], alert)
      assert.match(labels.severity, /^(page|ticket)$/, alert)
      assert.match(annotations.summary, /^[A-Z].*[.`]$/, alert)
      const [page = '', heading] = annotations.runbook.split('#')
      const document = readFileSync(join(packageRoot, page), 'utf8')
      const headings = [...document.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title.toLowerCase().replaceAll(' ', '-'),
      )
      assert.ok(heading === undefined || headings.includes(heading), `${alert}: ${annotations.runbook}`)
    }
  })

  test('every panel asks for metrics that exist', () => {
    assert.ok(panels.length >= 15, `${panels.length} panels`)
    for (const { title, exprs } of panels) assert.deepEqual(exprs.flatMap(unknownIn), [], title)
  })

  test('a name, a label and a value that no scrape has are found', () => {
    assert.deepEqual(unknownIn('rate(letterhead_no_such_total[5m])'), ['letterhead_no_such_total'])
    assert.deepEqual(unknownIn('letterhead_load_shed_total{cause="requests"}'), [
      'letterhead_load_shed_total{cause="requests"}',
    ])
    assert.deepEqual(unknownIn('letterhead_load_shed_total{reason=~"requests|moon"}'), [
      'letterhead_load_shed_total{reason="moon"}',
    ])
    assert.deepEqual(unknownIn('sum by (colour) (letterhead_load_shed_total)'), ['by (colour)'])
  })
})

describe('the systemd unit', () => {
  const unit = text('systemd/letterhead.service')
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1]

  test('stops no earlier than the server does, does not start again with a wrong configuration, and writes no memory', () => {
    assert.ok(Number(value('TimeoutStopSec')) > 28, 'SHUTDOWN_GRACE_MS is 28 s')
    assert.equal(value('RestartPreventExitStatus'), '78')
    assert.equal(value('KillMode'), 'mixed')
    assert.equal(value('LimitCORE'), '0')
    // The compiler of Node.js writes the memory that it runs.
    assert.equal(value('MemoryDenyWriteExecute'), undefined)
  })

  const analyze = '/usr/bin/systemd-analyze'
  test('systemd finds no fault in it', { skip: !existsSync(analyze) && 'systemd-analyze is not installed' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'letterhead-unit-'))
    try {
      const path = join(folder, 'letterhead.service')
      writeFileSync(path, unit.replace('/usr/bin/node', process.execPath))
      execFileSync(analyze, ['verify', '--man=no', '--generators=no', path], { stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
