import { resolve } from '../harness/traffic/contract.mjs'

/** Values made from the schemas of the API document: fitting, off by one rule, of another type, and hostile. */

const hostile = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  "' or 1=1 --",
  '<script>',
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  '\u202e',
  'null',
  'NaN',
  '__proto__',
  'x'.repeat(300),
  '0'.repeat(100),
  -1,
  0,
  1e308,
  9_007_199_254_740_991,
  1.5,
  true,
  false,
  null,
  [],
  {},
  [[]],
  [null],
  { a: 1 },
]

/** @param {import('../harness/traffic/random.mjs').Random} random */
export function hostileValue(random) {
  return random.pick(hostile)
}

/**
 * A value that fits the schema as far as this generator reads it.
 *
 * @param {any} given
 * @param {import('../harness/traffic/random.mjs').Random} random
 */
export function fitting(given, random) {
  const schema = resolve(given)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fitting(random.pick(choices), random)
  if (schema.enum !== undefined) return random.pick(schema.enum)
  if (schema.const !== undefined) return schema.const
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type
  const examples = schema.examples ?? (schema.example === undefined ? [] : [schema.example])
  if (examples.length > 0 && type !== 'null' && random.chance(0.7)) return random.pick(examples)
  if (type === 'object') return fittingObject(schema, random)
  if (type === 'array') return Array.from({ length: random.below(3) }, () => fitting(schema.items ?? {}, random))
  if (type === 'boolean') return random.chance(0.5)
  if (type === 'integer' || type === 'number') return random.between(schema.minimum ?? 0, schema.maximum ?? 1_000)
  if (type === 'null') return null
  return examples[0] ?? random.letters(random.between(schema.minLength ?? 1, Math.min(schema.maxLength ?? 20, 40)))
}

function fittingObject({ properties = {}, required = [] }, random) {
  const names = Object.keys(properties).filter((name) => required.includes(name) || random.chance(0.35))
  return Object.fromEntries(names.map((name) => [name, fitting(properties[name], random)]))
}

/** Breaks a fitting body in one place. */
export function broken(body, schema, random) {
  const target = structuredClone(body ?? {})
  const names = Object.keys(resolve(schema)?.properties ?? {})
  const name = random.chance(0.9) && names.length > 0 ? random.pick(names) : random.letters(6)
  const inner = target[name]
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && random.chance(0.7)) {
    const members = Object.keys(inner)
    if (members.length > 0) {
      const member = random.pick(members)
      if (random.chance(0.3)) delete inner[member]
      else inner[member] = hostileValue(random)
      return target
    }
  }
  if (random.chance(0.2)) delete target[name]
  else target[name] = hostileValue(random)
  return target
}
