import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderConfigMarkdown, renderEnvExample } from '../../scripts/docs/configuration.ts'
import { configTable, loadConfig } from '../../src/config/index.ts'
import { packageRoot } from '../../src/package-root.ts'

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path), 'utf8')

test('.env.example is what the table of variables renders', () => {
  assert.equal(read('.env.example'), renderEnvExample())
})

test('the operations page holds the table of variables between its markers', () => {
  const between = read('docs', 'OPERATIONS.md').match(/<!-- config:start -->\n\n([\s\S]*)\n\n<!-- config:end -->/)
  assert.equal(between?.[1], renderConfigMarkdown())
})

test('every variable is in both documents, and a secret also by file', () => {
  const documents = [renderEnvExample(), renderConfigMarkdown()]
  for (const [name, setting] of Object.entries(configTable)) {
    for (const document of documents) {
      assert.match(document, new RegExp(`\\b${name}\\b`))
      assert.equal(document.includes(`${name}_FILE`), setting.isSecret, name)
    }
  }
})

test('the defaults that .env.example shows are accepted as they stand', () => {
  const lines = [...renderEnvExample().matchAll(/^#([A-Z_]+)=(.*)$/gm)]
  assert.equal(lines.length, Object.keys(configTable).length)
  const env = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]))
  const loaded = loadConfig(env, { execArgv: [] })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'))
})

test('no sentence breaks the cell or line it is printed in', () => {
  for (const setting of Object.values(configTable)) {
    assert.doesNotMatch(`${setting.says}${setting.form.form}`, /[\r\n|]/)
    assert.match(setting.says, /\.$/)
  }
})
