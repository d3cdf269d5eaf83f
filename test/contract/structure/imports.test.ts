import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'
import { loadScript, type SourceFile } from './script.ts'

const { checkImports, unreadFiles } = await loadScript<{
  checkImports: (root: string) => Promise<{ read: number; problems: string[] }>
  unreadFiles: (files: SourceFile[], modules: { source: string; dependencies: object[] }[]) => string[]
}>('checks/imports.mjs')

/** Files that are imported below; each imports nothing. */
const targets = [
  'src/app/app.ts',
  'src/config/index.ts',
  'src/package-root.ts',
  'src/contract/fields/field.ts',
  'src/contract/fields/schema.ts',
  'src/contract/cards/secret-card.ts',
  'src/ports/payments.ts',
  'src/observability/log.ts',
  'src/encryption/envelope.ts',
  'src/db/database.ts',
  'src/http/endpoint.ts',
  'src/http/pipeline/pipeline.ts',
  'src/adapters/http-client/deadline.ts',
  'src/adapters/meta/index.ts',
  'src/adapters/simulator/payments.ts',
  'src/resources/organizations/index.ts',
  'src/resources/brands/index.ts',
  'src/resources/brands/brand.store.ts',
  'src/resources/profiles/profile.fields.ts',
  'src/resources/profiles/profile.rules.ts',
  'src/resources/profiles/profile.store.ts',
  'src/resources/profiles/index.ts',
  'test/kit/servers/app.ts',
  'test/api/shared.ts',
  'test/system/harness/traffic/http.mjs',
]

/** Rule, importing file, what it imports. `type ` in front makes it an import of types. */
const planted: [rule: string, from: string, to: string][] = [
  ['contract-imports-nothing', 'src/contract/a.ts', 'src/observability/log.ts'],
  ['contract-without-io', 'src/contract/b.ts', 'node:fs'],
  ['egress-stands-alone', 'src/egress/a.ts', 'src/db/database.ts'],
  ['lint-imports-contract', 'src/lint/a.ts', 'src/resources/brands/index.ts'],
  ['lint-without-io', 'src/lint/b.ts', 'node:fs'],
  ['ports-import-contract', 'src/ports/a.ts', 'src/db/database.ts'],
  ['observability-stands-alone', 'src/observability/a.ts', 'src/db/database.ts'],
  ['encryption-stands-alone', 'src/encryption/a.ts', 'src/db/database.ts'],
  ['db-imports-contract', 'src/db/a.ts', 'src/resources/brands/index.ts'],
  ['jobs-import-db', 'src/jobs/a.ts', 'src/resources/brands/index.ts'],
  ['provider-events-know-no-slice', 'src/provider-events/a.ts', 'src/resources/brands/index.ts'],
  ['http-knows-no-slice', 'src/http/a.ts', 'src/resources/brands/index.ts'],
  ['http-uses-port-types', 'src/http/b.ts', 'src/ports/payments.ts'],
  ['adapter-imports-ports', 'src/adapters/stripe/a.ts', 'src/adapters/meta/index.ts'],
  ['adapter-imports-ports', 'src/adapters/stripe/b.ts', 'src/resources/brands/index.ts'],
  ['adapter-observes-by-type', 'src/adapters/stripe/c.ts', 'src/observability/log.ts'],
  ['adapters-share-little', 'src/adapters/http-client/a.ts', 'src/adapters/meta/index.ts'],
  ['wiring-is-at-the-top', 'src/http/c.ts', 'src/config/index.ts'],
  ['wiring-is-at-the-top', 'src/resources/brands/endpoints/wire.ts', 'src/app/app.ts'],
  ['program-without-tests', 'src/http/d.ts', 'test/kit/servers/app.ts'],
  ['system-tests-stand-outside', 'test/system/goals/a.mjs', 'src/app/app.ts'],
  ['system-tests-stand-outside', 'test/system/goals/b.mjs', 'test/api/shared.ts'],
  ['nothing-needs-system-tests', 'test/api/a.test.ts', 'test/system/harness/traffic/http.mjs'],
  ['rules-are-pure', 'src/resources/profiles/a.rules.ts', 'src/resources/profiles/profile.store.ts'],
  ['rules-without-node', 'src/resources/profiles/b.rules.ts', 'node:crypto'],
  ['fields-import-contract', 'src/resources/profiles/a.fields.ts', 'src/resources/profiles/profile.rules.ts'],
  ['store-imports', 'src/resources/profiles/a.store.ts', 'src/resources/profiles/profile.rules.ts'],
  ['store-imports', 'src/resources/profiles/b.store.ts', 'src/encryption/envelope.ts'],
  ['store-types', 'src/resources/profiles/d.store.ts', 'type src/http/pipeline/pipeline.ts'],
  ['endpoint-imports', 'src/resources/profiles/endpoints/a.ts', 'src/http/pipeline/pipeline.ts'],
  ['endpoint-imports', 'src/resources/profiles/endpoints/b.ts', 'src/db/database.ts'],
  ['endpoint-uses-port-types', 'src/resources/profiles/endpoints/c.ts', 'src/ports/payments.ts'],
  ['slice-by-its-index', 'src/resources/profiles/endpoints/d.ts', 'src/resources/brands/brand.store.ts'],
  ['slice-order-organizations', 'src/resources/organizations/endpoints/a.ts', 'src/resources/brands/index.ts'],
  ['slice-order-brands', 'src/resources/brands/endpoints/a.ts', 'src/resources/profiles/index.ts'],
  ['slice-is-known', 'src/resources/invoices/index.ts', 'src/contract/fields/field.ts'],
  ['slice-knows-no-wiring', 'src/resources/profiles/endpoints/e.ts', 'src/adapters/simulator/payments.ts'],
  ['fastify-in-the-server', 'src/http/e.ts', 'fastify'],
  ['pg-in-db', 'src/jobs/b.ts', 'pg'],
  ['stripe-in-its-adapter', 'src/adapters/simulator/a.ts', 'stripe'],
  ['canonicalize-in-its-adapter', 'src/http/r.ts', 'canonicalize'],
  ['nodemailer-in-its-adapters', 'src/jobs/n.ts', 'nodemailer'],
  ['connections-in-egress', 'src/http/q.ts', 'node:https'],
  ['connections-in-egress', 'src/resources/profiles/endpoints/k.ts', 'node:http'],
  ['connections-in-egress', 'src/adapters/stripe/h.ts', 'node:net'],
  ['connections-in-egress', 'src/jobs/c.ts', 'node:dns/promises'],
  ['no-client-library', 'src/egress/b.ts', 'undici'],
  ['addresses-in-egress', 'src/http/o.ts', 'ipaddr.js'],
  ['domain-libraries', 'src/http/f.ts', 'libphonenumber-js'],
  ['domain-libraries', 'src/resources/profiles/endpoints/f.ts', 'ajv'],
  ['shapes-where-declared', 'src/http/m.ts', 'src/contract/fields/schema.ts'],
  ['typebox-by-the-kernel', 'src/resources/profiles/b.fields.ts', 'typebox'],
  ['typebox-by-the-kernel', 'src/http/n.ts', 'type typebox'],
  ['card-in-few-hands', 'src/http/g.ts', 'src/contract/cards/secret-card.ts'],
  ['card-in-few-hands', 'src/resources/profiles/endpoints/g.ts', 'type src/contract/cards/secret-card.ts'],
  ['no-development-library', 'src/http/h.ts', 'fast-check'],
  ['no-development-library', 'src/contract/fields/schema.ts', 'typebox'],
  ['declared', 'src/http/i.ts', 'fast-uri'],
  ['resolvable', 'src/http/j.ts', 'src/http/absent.ts'],
]

const allowed: [from: string, to: string][] = [
  ['src/contract/c.ts', 'src/contract/fields/schema.ts'],
  ['src/contract/fields/schema.ts', 'type typebox'],
  ['src/contract/d.ts', 'node:crypto'],
  ['src/http/card-input.ts', 'src/contract/cards/secret-card.ts'],
  ['src/http/k.ts', 'type src/ports/payments.ts'],
  ['src/http/l.ts', 'type src/contract/fields/schema.ts'],
  ['src/http/transport/server.ts', 'fastify'],
  ['src/resources/profiles/endpoints/list.ts', 'src/contract/fields/schema.ts'],
  ['src/db/b.ts', 'pg'],
  ['src/egress/c.ts', 'node:https'],
  ['src/egress/d.ts', 'ipaddr.js'],
  ['src/http/p.ts', 'type node:http'],
  ['src/adapters/stripe/d.ts', 'stripe'],
  ['src/adapters/stripe/e.ts', 'src/contract/cards/secret-card.ts'],
  ['src/adapters/stripe/f.ts', 'src/adapters/http-client/deadline.ts'],
  ['src/adapters/stripe/g.ts', 'type src/observability/log.ts'],
  ['src/resources/profiles/c.rules.ts', 'src/resources/profiles/profile.fields.ts'],
  ['src/resources/profiles/c.store.ts', 'src/db/database.ts'],
  ['src/resources/profiles/e.store.ts', 'type src/encryption/envelope.ts'],
  ['src/resources/profiles/endpoints/h.ts', 'src/http/endpoint.ts'],
  ['src/resources/profiles/endpoints/i.ts', 'src/resources/brands/index.ts'],
  ['src/resources/profiles/endpoints/h.test.ts', 'test/kit/servers/app.ts'],
  ['src/main.ts', 'src/app/app.ts'],
  ['test/system/goals/c.mjs', 'test/system/harness/traffic/http.mjs'],
  ['src/cli/main.ts', 'src/config/index.ts'],
  ['test/api/profiles.test.ts', 'src/http/pipeline/pipeline.ts'],
]

function plantTree(imports: [from: string, to: string][]): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'letterhead-imports-'))
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(packageRoot, file), join(root, file))
  symlinkSync(join(packageRoot, 'node_modules'), join(root, 'node_modules'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of targets) write(path, 'export const it = 1\n')
  for (const [from, to] of imports) write(from, importLine(from, to))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}

function importLine(from: string, to: string): string {
  const isType = to.startsWith('type ')
  const target = isType ? to.slice('type '.length) : to
  const isOurs = /^(src|test)\//.test(target)
  const specifier = isOurs ? `${'../'.repeat(from.split('/').length - 1)}${target}` : target
  return `import ${isType ? 'type ' : ''}{ it } from '${specifier}'\nexport const its = [it]\n`
}

/** Modules that import each other. */
const circle: [from: string, to: string][] = [
  ['src/http/circle-a.ts', 'src/http/circle-b.ts'],
  ['src/http/circle-b.ts', 'src/http/circle-a.ts'],
]

/** One run of the tool finds them all: it takes seconds. */
let running: Promise<string[]> | null = null

function plantedProblems(): Promise<string[]> {
  running ??= (async () => {
    using tree = plantTree([...planted.map(([, from, to]): [string, string] => [from, to]), ...circle])
    return (await checkImports(tree.root)).problems
  })()
  return running
}

test('every import rule finds the violation planted for it', async () => {
  const problems = await plantedProblems()
  for (const [rule, from] of planted) {
    assert.ok(
      problems.some((problem) => problem.startsWith(`${rule}: ${from} -> `)),
      `${rule} did not find ${from}; found:\n${problems.join('\n')}`,
    )
  }
})

test('modules that import each other are found', async () => {
  const problems = await plantedProblems()
  assert.ok(
    problems.some((problem) => problem.startsWith('no-cycle: src/http/circle-')),
    problems.join('\n'),
  )
})

test('imports that the rules allow pass, and every file is read', async () => {
  using tree = plantTree(allowed)
  const { read, problems } = await checkImports(tree.root)
  assert.deepEqual(problems, [])
  assert.ok(read >= targets.length + allowed.length)
})

test('a file that the tool left out, or whose imports it did not see, is a problem', () => {
  const files = [
    { path: 'src/a.ts', text: "import { b } from './b.ts'\n" },
    { path: 'src/b.ts', text: 'export const b = 1\n' },
  ]
  const read = { source: 'src/b.ts', dependencies: [] }
  assert.deepEqual(unreadFiles(files, [{ source: 'src/a.ts', dependencies: [{}] }, read]), [])
  assert.deepEqual(unreadFiles(files, [{ source: 'src/a.ts', dependencies: [] }, read]), ['imports not seen: src/a.ts'])
  assert.deepEqual(unreadFiles(files, [read]), ['not read: src/a.ts'])
  assert.equal(unreadFiles(files, []).length, 2)
})
