import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

const { checkVocabulary } = await loadScript<{ checkVocabulary: (files: SourceFile[]) => Problem[] }>(
  'checks/vocabulary.mjs',
)

const WORDS = ['house', 'trail', 'wishes', 'arrival', 'crowd', 'sealed', 'unseal', 'beacon', 'sabotage', 'storm']

const found = (text: string) => checkVocabulary([{ path: 'src/things.ts', text }]).map(({ line }) => line)

test('a listed word is found in a name, in each of its spellings, and in a comment', () => {
  for (const word of WORDS) {
    const capital = `${word.charAt(0).toUpperCase()}${word.slice(1)}`
    for (const text of [
      `const ${word} = 1`,
      `const my${capital}Text = 1`,
      `const ${word.toUpperCase()}_MAX = 1`,
      `// the ${word}`,
    ])
      assert.deepEqual(found(text), [1], text)
  }
})

test('a word that only begins like a listed one, and a text, are not found', () => {
  assert.deepEqual(found("const sealant = '--sabotage'\n// trailing, warehouses\nconst bed = `trail`"), [])
})
