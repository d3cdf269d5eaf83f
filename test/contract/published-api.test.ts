import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ApiDocument, publishedMark, publishedPart } from '../../scripts/docs/published-api.ts'
import { packageRoot } from '../../src/package-root.ts'

const document = (): ApiDocument => JSON.parse(readFileSync(join(packageRoot, 'openapi.json'), 'utf8')) as ApiDocument

test('the published part of openapi.json has changed only with a line in CHANGELOG.md', () => {
  const mark = publishedMark(document())
  const lines = readFileSync(join(packageRoot, 'CHANGELOG.md'), 'utf8').split('\n')
  assert.ok(
    lines.some((line) => line.includes(mark)),
    `Operations, members or statuses of openapi.json changed (test/contract/generated/published-api.txt shows what). Say so in a line of CHANGELOG.md that ends in ${mark}.`,
  )
})

test('every operation and every schema is in the published part', () => {
  const api = document()
  const part = publishedPart(api)
  for (const operations of Object.values(api.paths))
    for (const { operationId } of Object.values(operations).filter((each) => each.operationId !== undefined))
      assert.match(part, new RegExp(`^(GET|POST|PUT|PATCH|DELETE) \\S+ ${operationId}$`, 'm'))
  for (const name of Object.keys(api.components.schemas)) assert.match(part, new RegExp(`^${name}: `, 'm'))
})

test('an operation, a parameter, a member, its type and a status count as published; words and bounds do not', () => {
  const before = publishedMark(document())
  const changes: Record<string, (api: ApiDocument) => void> = {
    operation: (api) => delete api.paths['/v3/profiles/{profileId}']?.delete,
    parameter: (api) => update(api).parameters?.pop(),
    status: (api) => delete update(api).responses['412'],
    'media type': (api) => delete update(api).requestBody?.content?.['application/merge-patch+json'],
    member: (api) => delete api.components.schemas.Profile?.properties?.short_name,
    type: (api) => Object.assign(api.components.schemas.Profile?.properties?.name ?? {}, { type: 'integer' }),
    required: (api) => api.components.schemas.CreateProfileRequest?.required?.pop(),
  }
  for (const [what, change] of Object.entries(changes)) {
    const api = document()
    change(api)
    assert.notEqual(publishedMark(api), before, what)
  }
  const api = document()
  Object.assign(update(api), { summary: 'Other words', description: 'Other words' })
  Object.assign(api.components.schemas.Profile?.properties?.name ?? {}, { description: 'Other words', examples: [] })
  assert.equal(publishedMark(api), before)
})

function update(api: ApiDocument) {
  const operation = api.paths['/v3/profiles/{profileId}']?.patch
  assert.ok(operation)
  return operation
}
