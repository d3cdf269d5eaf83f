import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderErrors } from '../../scripts/docs/errors.ts'
import { GENERATED_FILES } from '../../scripts/docs/index.ts'
import { markdownTable } from '../../scripts/docs/markdown.ts'
import { GIVEN, type NullCell, nullCells } from '../../scripts/docs/null-cells.ts'
import { renderNulls } from '../../scripts/docs/nulls.ts'
import { renderPermissions } from '../../scripts/docs/permissions.ts'
import { ENDPOINTS } from '../../src/app/app.ts'
import { CATALOGUE } from '../../src/contract/errors.ts'
import { readBody } from '../../src/contract/fields/patch.ts'
import { ROLES } from '../../src/contract/permissions.ts'
import { packageRoot } from '../../src/package-root.ts'
import { PROFILE_MEMBERS } from '../kit/published-members.ts'

for (const { path, render } of GENERATED_FILES) {
  test(`${path} is what the code makes (npm run generate)`, () => {
    const target = join(packageRoot, path)
    const current = existsSync(target) ? readFileSync(target, 'utf8') : ''
    assert.ok(render(current) === current, `${path} is not current: run npm run generate`)
  })
}

test('the errors page has one line for every code', () => {
  const page = renderErrors()
  for (const [code, { status, fix }] of Object.entries(CATALOGUE)) {
    const lines = page.split('\n').filter((line) => line.startsWith(`| ${status}`) && line.includes(`\`${code}\``))
    assert.equal(lines.length, 1, code)
    assert.ok(lines[0]?.includes(fix), code)
  }
})

test('the permissions page has one line for every operation, with a yes or no for every role', () => {
  const page = renderPermissions()
  for (const { operation } of ENDPOINTS) {
    const lines = page.split('\n').filter((line) => line.startsWith(`| \`${operation}\` `))
    assert.equal(lines.length, 1, operation)
    assert.equal((lines[0]?.match(/ (yes|no) +(?=\|)/g) ?? []).length >= ROLES.length, true, operation)
  }
})

const cells = nullCells()
const outcome = (operation: NullCell['operation'], merge: boolean, member: string, given: NullCell['given']) => {
  const found = cells.find(
    (cell) => cell.operation === operation && cell.merge === merge && cell.member === member && cell.given === given,
  )
  assert.ok(found !== undefined, `${member} is in the table`)
  return found.outcomes
}

interface ObjectSchema {
  properties?: Record<string, ObjectSchema>
}

function pathsOf(schema: ObjectSchema, above = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    `${above}${name}`,
    ...pathsOf(member, `${above}${name}.`),
  ])
}

test('the table of nulls has every field of the bodies, in every state and media type', () => {
  for (const [operation, merge] of [
    ['updateProfile', false],
    ['updateProfile', true],
    ['createProfile', false],
  ] as const) {
    const body = ENDPOINTS.find((endpoint) => endpoint.operation === operation)?.document.body as ObjectSchema
    const paths = pathsOf(body)
    assert.ok(paths.length > 40)
    for (const path of paths) for (const given of GIVEN) outcome(operation, merge, path, given)
    assert.equal(
      cells.filter((cell) => cell.operation === operation && cell.merge === merge).length,
      paths.length * GIVEN.length,
    )
  }
})

test('null in application/json never removes and never sets: it does what absence does', () => {
  const ofNull = cells.filter(({ merge, given }) => !merge && given === 'null')
  assert.ok(ofNull.length > 80)
  for (const { operation, member, outcomes } of ofNull) {
    assert.deepEqual(outcomes, outcome(operation, false, member, 'absent'), `${operation} ${member}`)
  }
})

test('a member of a patch that is absent is kept, or required by an object that is sent', () => {
  for (const { merge, member, outcomes } of cells.filter(
    ({ given, operation }) => given === 'absent' && operation === 'updateProfile',
  )) {
    for (const { kind } of Object.values(outcomes)) {
      const mayBeRequired = member.includes('.') && (!merge || member.startsWith('payment_details.'))
      assert.ok(kind === 'kept' || kind === 'unused' || (mayBeRequired && kind === 'refused'), member)
    }
  }
})

test('null in a merge patch removes what decision 13 names and nothing else', () => {
  const removed = cells
    .filter(({ merge, given, outcomes }) => merge && given === 'null' && outcomes.organization?.kind === 'removed')
    .map(({ member }) => member)
  const outsideBrand = removed.filter((member) => !member.startsWith('brand.'))
  const published = PROFILE_MEMBERS.flatMap(([name, , , clears]) => (clears === undefined ? [] : [name]))
  const ofContact = ['billing_contact.phone', 'billing_contact.address']
  assert.deepEqual(outsideBrand.toSorted(), [...published, ...ofContact].toSorted())
  assert.ok(removed.includes('brand.business.taxId'))
  for (const member of ['name', 'allow_contact_sharing', 'billing_model', 'brand', 'brand.contact.name']) {
    const refused = { kind: 'refused', at: member, says: `${member} cannot be cleared` }
    assert.deepEqual(outcome('updateProfile', true, member, 'null').organization, refused)
  }
  for (const member of ['payment_details', 'sandbox']) {
    assert.deepEqual(outcome('updateProfile', true, member, 'null').organization, { kind: 'unused' })
  }
  assert.equal(outcome('updateProfile', true, 'billing_contact', 'null').profile?.kind, 'refused')
})

test('an empty text removes icon and description, and nothing else', () => {
  for (const merge of [false, true]) {
    const removed = cells
      .filter((cell) => cell.merge === merge && cell.operation === 'updateProfile' && cell.given === 'empty')
      .filter(({ outcomes }) => Object.values(outcomes).some(({ kind }) => kind !== 'refused'))
    assert.deepEqual(
      removed.map(({ member }) => member),
      ['icon', 'description'],
    )
    for (const { outcomes } of removed) assert.equal(outcomes.organization?.kind, 'removed')
  }
})

test('a value is set in every field that is stored', () => {
  for (const { operation, member, outcomes } of cells.filter(({ given }) => given === 'value')) {
    const isStored = !/^(payment_details|sandbox|whatsapp_business_account)/.test(member)
    if (isStored) {
      for (const { kind } of Object.values(outcomes)) assert.equal(kind, 'set', `${operation} ${member}`)
    } else assert.equal(outcomes.profile?.kind, 'used', `${operation} ${member}`)
  }
})

test('the body of a cell says of its member what the cell is about', () => {
  const body = ENDPOINTS.find(({ operation }) => operation === 'updateProfile')?.document.body
  assert.ok(body !== undefined)
  for (const cell of cells.filter(({ operation, given }) => operation === 'updateProfile' && given === 'absent')) {
    const reading = readBody(body, cell.body, cell.merge)
    assert.equal(reading.clears.has(cell.member), false)
    assert.deepEqual(reading.problems, {})
  }
})

test('the page of nulls has a line for every field', () => {
  const page = renderNulls()
  for (const { member } of cells) assert.ok(page.includes(`| \`${member}\` `), member)
})

test('a table keeps a pipe inside its cell and pads nothing', () => {
  assert.equal(markdownTable(['a', 'bb'], [['x|y', '']]), ['| a | bb |', '| --- | --- |', '| x\\|y |  |'].join('\n'))
})
