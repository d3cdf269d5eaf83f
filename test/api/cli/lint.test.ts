import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { LintReport } from '../../../src/lint/index.ts'
import { aPacket, packetWith } from '../../kit/builders/packet.ts'
import { letterhead } from './letterhead.ts'

interface SarifRun {
  tool: { driver: { rules: unknown[] } }
  results: { ruleId: string; level: string; locations: { logicalLocations: { fullyQualifiedName: string }[] }[] }[]
}

describe('letterhead lint', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'letterhead-lint-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }

  const faulty = () => packetWith({ brand: { business: { state: 'Oregon', taxId: '84-291736' } } })

  test('0 without a finding that would be refused, 1 with one, 64 for what cannot be read', async () => {
    const clean = await file('clean.json', JSON.stringify(aPacket(), null, 2))
    const wrong = await file('wrong.json', JSON.stringify(faulty(), null, 2))
    const noted = await file('noted.json', JSON.stringify(packetWith({ brand: { contact: { role: '' } } })))
    assert.deepEqual([(await letterhead(['lint', clean])).code, (await letterhead(['lint', noted])).code], [0, 0])
    const ran = await letterhead(['lint', wrong], { asProcess: true })
    assert.equal(ran.code, 1)
    assert.match(ran.stdout, /^block {3}B03 {3}\/brand\/business\/taxId: /)
    assert.match(ran.stdout, /2 block\. A submission costs US\$19\.50 now, US\$4\.50 of it at risk\.\n$/)
    for (const content of [
      '{}',
      '[]',
      '7',
      '',
      '{"brand": 1}',
      '{"brand":',
      '{"campaigns":[null]}',
      '{"campaigns":[{"useCases":[{"sampleMessages":[1]}]}]}',
    ]) {
      const unread = await letterhead(['lint', await file('unread.json', content)])
      assert.equal(unread.code, 64, content)
      assert.equal(unread.stdout, '', content)
    }
    assert.equal((await letterhead(['lint', join(folder, 'none.json')])).code, 64)
    await writeFile(join(folder, 'latin.json'), Buffer.from([0x7b, 0xe9, 0x7d]))
    assert.equal((await letterhead(['lint', join(folder, 'latin.json')])).code, 64)
  })

  test('--json writes the report, on one line', async () => {
    const path = await file('wrong.json', JSON.stringify(faulty()))
    const { stdout, stderr, code } = await letterhead(['lint', path, '--json'])
    assert.equal(code, 1)
    const report = JSON.parse(stdout) as LintReport
    assert.deepEqual(Object.keys(report), ['findings', 'summary'])
    assert.deepEqual(Object.keys(report.findings[0] ?? {}), [
      'rule',
      'pointer',
      'severity',
      'certainty',
      'message',
      'fix',
      'codes',
      'source',
      'as_of',
      'cost_usd',
    ])
    assert.deepEqual(report.summary, { block: 2, reject: 0, warn: 0, note: 0, at_risk_usd: 4.5, cost_usd: 19.5 })
    assert.equal(JSON.parse(stderr).error.code, 'FINDINGS')
  })

  test('JSON Lines: each packet is judged, also behind one that cannot be read', async () => {
    const lines = [JSON.stringify(aPacket()), '', '{}', JSON.stringify(faulty())]
    const { stdout, stderr, code } = await letterhead([
      'lint',
      await file('packets.jsonl', `\ufeff${lines.join('\r\n')}\n`),
      '--json',
    ])
    assert.equal(code, 64)
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      reports.map(({ line, summary }) => [line, summary.block]),
      [
        [1, 0],
        [4, 2],
      ],
    )
    assert.deepEqual(JSON.parse(stderr).error.details, { 'line 3: packet': ['packet must have a brand or campaigns'] })
    const broken = await letterhead(['lint', await file('broken.jsonl', `${lines[0]}\n{"brand":\n`)])
    assert.match(broken.stderr, /line 2 does not hold valid JSON/)
    assert.equal(broken.code, 64)
  })

  test('standard input', async () => {
    const ran = await letterhead(['lint', '-', '--format', 'json'], { stdin: JSON.stringify(aPacket()) })
    assert.equal(ran.code, 0)
    assert.deepEqual((JSON.parse(ran.stdout) as LintReport).findings, [])
    assert.equal((await letterhead(['lint', '-', '--fix'], { stdin: '{}' })).code, 64)
  })

  test('--fix writes the file anew with what has one right value, and says what is left', async () => {
    const path = await file('fixed.json', JSON.stringify(faulty(), null, 2))
    const ran = await letterhead(['lint', path, '--fix', '--json'])
    assert.equal(ran.code, 1)
    assert.deepEqual(
      (JSON.parse(ran.stdout) as LintReport).findings.map(({ rule }) => rule),
      ['B03'],
    )
    const fixed = JSON.parse(await readFile(path, 'utf8'))
    assert.deepEqual(fixed, packetWith({ brand: { business: { taxId: '84-291736' } } }))
    const lines = await file('fixed.jsonl', `${JSON.stringify(faulty())}\n${JSON.stringify(aPacket())}\n`)
    assert.equal((await letterhead(['lint', lines, '--fix'])).code, 1)
    assert.deepEqual(
      (await readFile(lines, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [fixed, aPacket()],
    )
  })

  test('--fix leaves a file alone that it cannot read to its end', async () => {
    const content = `${JSON.stringify(faulty())}\n{"brand":\n`
    const path = await file('half.jsonl', content)
    assert.equal((await letterhead(['lint', path, '--fix'])).code, 64)
    assert.equal(await readFile(path, 'utf8'), content)
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
      [],
    )
  })

  test('SARIF names the rules and where each finding is', async () => {
    const { stdout, code } = await letterhead([
      'lint',
      await file('wrong.json', JSON.stringify(faulty())),
      '--format',
      'sarif',
    ])
    assert.equal(code, 1)
    const [run] = JSON.parse(stdout).runs as [SarifRun]
    assert.deepEqual(
      run.results.map(({ ruleId, level, locations }) => [
        ruleId,
        level,
        locations[0]?.logicalLocations[0]?.fullyQualifiedName,
      ]),
      [
        ['B03', 'error', '/brand/business/taxId'],
        ['B27', 'error', '/brand/business/state'],
      ],
    )
    assert.ok(run.tool.driver.rules.length > 100)
  })

  test('no report quotes a tax number, in any format', async () => {
    const path = await file('ssn.json', JSON.stringify(packetWith({ brand: { business: { taxId: '512-84-3307' } } })))
    for (const format of ['text', 'json', 'sarif']) {
      const { stdout, stderr } = await letterhead(['lint', path, '--format', format])
      assert.ok(stdout.includes('B05') && !`${stdout}${stderr}`.includes('512-84-3307'), format)
    }
  })
})
