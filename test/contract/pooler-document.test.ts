import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SESSION_OPTIONS } from '../../src/db/database.ts'
import { packageRoot } from '../../src/package-root.ts'

test('behind a pooler the role is given every setting that a connection asks for', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'OPERATIONS.md'), 'utf8')
  const given = [...page.matchAll(/^alter role letterhead_app set (\w+) = '?([^';]+)'?;/gm)]
  const settings = given.map(([, name, value]) => `${name}=${value}`)
  const asked = SESSION_OPTIONS.split(/ ?-c /).slice(1)
  assert.ok(asked.length > 0)
  for (const option of asked) assert.ok(settings.includes(option.replaceAll('\\', '')), option)
})
