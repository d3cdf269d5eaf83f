import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameName, nearestName } from './spelling.ts'

const NAMES = ['name', 'legalName', 'taxId', 'taxIdType', 'status', 'page', 'page_size', 'url', 'id']

test('a name in another spelling is the same name', () => {
  for (const [given, meant] of [
    ['legal_name', 'legalName'],
    ['LegalName', 'legalName'],
    ['legal-name', 'legalName'],
    ['tax_id', 'taxId'],
    ['status[]', 'status'],
    ['pageSize', 'page_size'],
    ['ID', 'id'],
  ] as const) {
    assert.equal(nearestName(given, NAMES), meant, given)
    assert.ok(isSameName(given, meant), given)
  }
  assert.equal(isSameName('legal', 'legalName'), false)
})

test('a slip of a letter or two leads to the name that was meant', () => {
  for (const [given, meant] of [
    ['nam', 'name'],
    ['nmae', 'name'],
    ['stauts', 'status'],
    ['statsu', 'status'],
    ['legalNmae', 'legalName'],
    ['lgealNaem', 'legalName'],
    ['pages', 'page'],
  ] as const) {
    assert.equal(nearestName(given, NAMES), meant, given)
  }
})

test('what is far from every name, or as near to two, leads nowhere', () => {
  for (const given of ['', 'x', 'ur', 'colour', 'nickname', 'lglNm', 'n'.repeat(65), `${'_'.repeat(64)}name`]) {
    assert.equal(nearestName(given, NAMES), null, given)
  }
  assert.equal(nearestName('cat', ['bat', 'hat']), null)
  assert.equal(nearestName('cat', ['bat', 'hat', 'catt']), null, 'one slip away, like the others')
  assert.equal(nearestName('name', []), null)
})
