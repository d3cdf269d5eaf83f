import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composedLines, isManyLines, isOneLine, lineForOthers } from './plain-text.ts'

const UNSEEN = {
  'line feed': '\n',
  tab: '\t',
  control: '\u0001',
  'C1 control': '\u0085',
  'zero width space': '\u200b',
  'right-to-left override': '\u202e',
  isolate: '\u2066',
  'soft hyphen': '\u00ad',
  'byte order mark': '\ufeff',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
  'Hangul filler': '\u3164',
  'half-width Hangul filler': '\uffa0',
  'Hangul choseong filler': '\u115f',
  'blank Braille': '\u2800',
  'invisible note': '\u{1d159}',
  'grapheme joiner': '\u034f',
  tag: '\u{e0041}',
  'joiner between letters': '\u200d',
  'variation selector behind a space': ' \ufe0f',
}

test('C5: a line shows something and holds nothing that nobody sees', () => {
  for (const [what, sign] of Object.entries(UNSEEN)) {
    assert.equal(isOneLine(sign), false, what)
    assert.equal(isOneLine(`Acme${sign}Corp`), false, what)
  }
  for (const blank of ['', ' ', '\u00a0\u2003\u3000']) assert.equal(isOneLine(blank), false)
})

test('C5: a line may hold what words and pictures are made of', () => {
  for (const line of [
    'Acme Corp LLC',
    'Caf\u0065\u0301 M\u00fcller & S\u00f6hne',
    'Team \u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
    'Doctors \u{1f469}\u{1f3fd}\u200d\u2695\ufe0f',
    'With \u2764\ufe0f',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u0dc1\u0dca\u200d\u0dbb\u0dd3',
    '\u845b\u{e0100}\u57ce',
    '\u00a0Acme\u3000\u682a\u5f0f\u4f1a\u793e',
  ]) {
    assert.equal(isOneLine(line), true, JSON.stringify(line))
  }
})

test('C5: text on several lines has line feeds and tabs, and no other control characters', () => {
  for (const text of ['', 'a\nb', 'a\tb', '\u200b', 'Acme']) assert.equal(isManyLines(text), true)
  for (const text of ['a\rb', 'a\u0001b', '\u0085', '\u007f', 'a\u001b[31m']) assert.equal(isManyLines(text), false)
  assert.equal(composedLines('a\r\nb\rc\nCafe\u0301'), 'a\nb\nc\nCaf\u00e9')
})

test('C5: what goes to a provider is one line with single spaces, without what nobody sees', () => {
  for (const [line, sent] of [
    ['Acme\nCorp\u200b LLC', 'Acme Corp LLC'],
    ['  Acme \u00a0\t Corp ', 'Acme Corp'],
    ['Acme\ufeff Corp \u200b LLC', 'Acme Corp LLC'],
    ['Cafe\u0301', 'Caf\u00e9'],
    ['\u{1f469}\u200d\u{1f469} \u200d Acme', '\u{1f469}\u200d\u{1f469} Acme'],
    ['\u{1f3f4}\u{e0067}\u{e007f}', '\u{1f3f4}\u{e0067}\u{e007f}'],
    [' \u3164\n', null],
    ['', null],
  ] as const) {
    assert.equal(lineForOthers(line), sent, JSON.stringify(line))
  }
})
