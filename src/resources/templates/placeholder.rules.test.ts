import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFINITION_EXAMPLE, type Definition } from './definition.fields.ts'
import { channelsOf, contentFor, fillIn, freeName, nameFrom, variableNames } from './placeholder.rules.ts'
import { reviewWarnings } from './warning.rules.ts'

const say = (template: string, names: string[] = []) => ({
  template,
  variables: names.map((name, id) => ({ id, name, type: 'variable' as const, props: { sample: `<${name}>` } })),
})
const example: Definition = {
  body: { multiChannel: DEFINITION_EXAMPLE.body.multiChannel as unknown as Definition['body']['sms'] },
} as Definition

test('a channel sends its own text, or that of every channel; a template has the channels that it has a text for', () => {
  const all = say('all')
  const own = say('own')
  assert.deepEqual(channelsOf({ body: { multiChannel: all } }), ['sms', 'whatsapp'])
  assert.deepEqual(channelsOf({ body: { whatsapp: own } }), ['whatsapp'])
  assert.deepEqual(channelsOf({ body: { sms: own } }), ['sms'])
  assert.equal(contentFor({ body: { multiChannel: all, sms: own } }, 'sms'), own)
  assert.equal(contentFor({ body: { multiChannel: all, sms: own } }, 'whatsapp'), all)
  assert.equal(contentFor({ body: { sms: own } }, 'whatsapp'), null)
})

test('the names of variables stand in order of first appearance, each once', () => {
  assert.deepEqual(variableNames(example), ['name', 'company'])
  const body = { sms: say('{{1:variable}} then {{0:variable}} and {{1:variable}}', ['a', 'b']) }
  assert.deepEqual(variableNames({ body }), ['b', 'a'])
  assert.deepEqual(variableNames({ header: say('{{0:variable}}', ['a']), body }), ['a', 'b'])
  const url = { text: 'Open', url: 'https://www.acme.com/{{0:variable}}', variables: say('', ['c']).variables }
  assert.deepEqual(variableNames({ body, buttons: [{ id: 1, type: 'URL', props: url }] }), ['b', 'a', 'c'])
})

test('each placeholder takes the value of its variable, and nothing in a value is read again', () => {
  const content = say('{{0:variable}} to {{1:variable}}, {{0:variable}}', ['a', 'b'])
  assert.equal(
    fillIn(content, ({ name }) => (name === 'a' ? '{{1:variable}} $&' : 'B')),
    '{{1:variable}} $& to B, {{1:variable}} $&',
  )
})

test('a name is made of the first words, of at most 40 characters', () => {
  assert.equal(nameFrom(example), 'Hello Welcome to')
  assert.equal(nameFrom({ body: { sms: say('{{0:variable}}', ['a']) } }), 'Template')
  assert.equal(nameFrom({ body: { sms: say('“Über”, uns! 😀 42') } }), 'Über uns 42')
  assert.equal(nameFrom({ body: { sms: say('abcdefghi '.repeat(9)) } }), 'abcdefghi abcdefghi abcdefghi abcdefghi')
  assert.equal(nameFrom({ body: { sms: say('a'.repeat(41)) } }), 'Template')
})

test('a name that is taken has a number behind it', () => {
  assert.equal(freeName('A', []), 'A')
  assert.equal(freeName('A', ['A']), 'A 2')
  assert.equal(freeName('A', ['A', 'A 2', 'A 4']), 'A 3')
})

test('rule 15: what reviewers of WhatsApp refuse is a warning', () => {
  const warned = (template: string, names: string[] = []) =>
    reviewWarnings({ body: { whatsapp: say(template, names) } }).map((one) => one.slice(26))
  assert.deepEqual(warned('Hello dear {{0:variable}}, welcome.', ['a']), [])
  const ends = 'a text that begins or ends with a variable'
  assert.deepEqual(warned('{{0:variable}} is your code now', ['a']), [ends])
  assert.deepEqual(warned('Your own code is {{0:variable}}', ['a']), [ends])
  assert.deepEqual(warned('Your very own code is {{0:variable}} {{1:variable}} now.', ['a', 'b']), [
    'variables next to each other',
  ])
  assert.deepEqual(warned('Hi {{0:variable}} there', ['a']), [
    'a text with few words for its variables: it needs twice as many and one more',
  ])
  assert.deepEqual(warned('\nHello there'), ['line breaks at the begin or end of a text'])
  assert.deepEqual(warned('Hello\n\n\nthere'), ['more than two line breaks in a row'])
  assert.deepEqual(warned('Hello     there'), ['more than four spaces in a row'])
  assert.deepEqual(reviewWarnings({ body: { sms: say('{{0:variable}}', ['a']) } }), [], 'nobody reviews a text message')
})
