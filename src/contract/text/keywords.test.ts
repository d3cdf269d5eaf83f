import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKeywords } from './keywords.ts'

test('C3: keywords are separated by commas, semicolons, blanks and line breaks, and are in capitals, each once', () => {
  for (const [text, words] of [
    ['STOP, UNSUBSCRIBE, END', ['STOP', 'UNSUBSCRIBE', 'END']],
    ['STOP END QUIT', ['STOP', 'END', 'QUIT']],
    ['STOP;END', ['STOP', 'END']],
    ['STOP\nEND\r\n\tQUIT\n', ['STOP', 'END', 'QUIT']],
    ['stop, Stop,STOP', ['STOP']],
    ['"STOP", \u201cEND\u201d.', ['STOP', 'END']],
    ['STOP, OPT OUT, opt-out', ['STOP', 'OPTOUT']],
    ['ALTO\u3001FIN\uff0cBAJA', ['ALTO', 'FIN', 'BAJA']],
    [' YES, START ,', ['YES', 'START']],
    [', ;\n', []],
    ['', []],
  ] as const) {
    assert.deepEqual(readKeywords(text), words, JSON.stringify(text))
  }
})
