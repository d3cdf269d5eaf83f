import fc from 'fast-check'

/** Requests as fast-check makes and shrinks them. */

/** Mostly what is fine: a body of many members with one that is refused changes nothing, and then nothing is compared. */
const mostly = (fine, odd) => fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...fine) }, fc.constantFrom(...odd))

const value = {
  name: mostly(['Sales', 'Support', 'Ops 24'], ['', '  ', 'x'.repeat(256), 7, null]),
  description: mostly(['Text', 'Other text', '', null], ['y'.repeat(5_001), false]),
  icon: mostly(['https://example.com/a.png', 'http://example.com', '', null], ['javascript:alert(1)', 'nonsense']),
  short_name: mostly(['SALES', 'Team 24', null], ['12345', 'ab', 'twelve chars', 'A-B-C']),
  allow_contact_sharing: mostly([true, false], [null, 'true']),
  billing_model: mostly(['organization', 'profile', 'profile_and_organization'], [null, 'nobody']),
  billing_contact: mostly(
    [
      { name: 'Acme', email: 'billing@example.com' },
      { name: 'Beta', email: 'b@example.org' },
    ],
    [null, { name: '', email: 'a@b.co' }, { name: 'No mail', email: 'nothing' }],
  ),
  surprise: fc.constant(1),
}

const body = fc.record({ ...value, sandbox: mostly([false], [true]) }, { requiredKeys: [] })

/** Few places, so that requests meet; the last ones are often one that never was. */
const place = fc.oneof({ weight: 6, arbitrary: fc.nat(1) }, fc.nat(4))

const shared = {
  caller: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('admin', 'owner') }, fc.constantFrom('developer', 'test')),
  key: fc.option(fc.constantFrom('k1', 'k2', 'k3'), { freq: 2 }),
  isStrict: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
}

const tag = fc.oneof({ weight: 4, arbitrary: fc.constant('none') }, fc.constantFrom('right', 'stale'))

/** One step of a sequence; `at` picks among the profiles there are, the last place being one that never was. */
export const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...shared,
      kind: fc.constant('create'),
      body: fc.record(
        {
          name: mostly(['Sales', 'Support'], ['']),
          description: value.description,
          billing_model: value.billing_model,
          billing_contact: value.billing_contact,
          sandbox: mostly([false], [true]),
        },
        { requiredKeys: ['name'] },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ ...shared, kind: fc.constant('update'), at: place, body, isMerge: fc.boolean(), tag }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...shared,
      kind: fc.constant('delete'),
      at: place,
      body: fc.record({ sandbox: fc.constantFrom(false, true) }, { requiredKeys: [] }),
      tag,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read'),
      at: place,
      caller: fc.constantFrom('admin', 'developer', 'other'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('foreign'),
      method: fc.constantFrom('GET', 'PATCH', 'DELETE'),
      at: place,
    }),
  },
)
