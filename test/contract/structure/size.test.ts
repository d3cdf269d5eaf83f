import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

const { checkFileSizes, checkFunctionSizes } = await loadScript<{
  checkFileSizes: (files: SourceFile[]) => Problem[]
  checkFunctionSizes: (files: SourceFile[]) => Problem[]
}>('checks/size.mjs')

const limits = [
  ['src/http/pipeline/pipeline.ts', 150],
  ['src/resources/things/endpoints/get.ts', 200],
  ['src/resources/things/thing.rules.ts', 300],
  ['src/resources/things/thing.store.ts', 300],
  ['src/app/app.ts', 400],
  ['scripts/test.mjs', 400],
] as const

test('a file of one line more than its kind allows is found; one that fills its limit is not', () => {
  for (const [path, limit] of limits) {
    assert.deepEqual(checkFileSizes([{ path, text: '\n'.repeat(limit) }]), [], path)
    assert.equal(checkFileSizes([{ path, text: '\n'.repeat(limit + 1) }]).length, 1, path)
  }
})

test('a function of 81 lines is found in every form; one of 80 is not', () => {
  const forms: ((body: string) => string)[] = [
    (body) => `export function a() {${body}}`,
    (body) => `export const a = () => {${body}}`,
    (body) => `export class A { a() {${body}} }`,
  ]
  for (const form of forms) {
    assert.deepEqual(checkFunctionSizes([{ path: 'src/app/app.ts', text: form('\n'.repeat(79)) }]), [])
    assert.equal(checkFunctionSizes([{ path: 'src/app/app.ts', text: form('\n'.repeat(80)) }]).length, 1)
    assert.deepEqual(checkFunctionSizes([{ path: 'src/app.test.ts', text: form('\n'.repeat(80)) }]), [])
  }
})
