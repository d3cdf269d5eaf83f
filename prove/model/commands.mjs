import fc from 'fast-check'

/** Requests as fast-check makes and shrinks them. */

const value = {
  name: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('Sales', 'Support', 'Ops 24') },
    fc.constantFrom('', '  ', 'x'.repeat(256), 7, null),
  ),
  description: fc.oneof(fc.constantFrom('Text', 'Other text', '', null), fc.constantFrom('y'.repeat(5_001), false)),
  icon: fc.constantFrom('https://example.com/a.png', 'http://example.com', '', null, 'javascript:alert(1)', 'nonsense'),
  short_name: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('SALES', 'Team 24') },
    fc.constantFrom('12345', 'ab', 'twelve chars', 'A-B-C', null),
  ),
  allow_contact_sharing: fc.constantFrom(true, false, null, 'true'),
  billing_model: fc.constantFrom('profile', 'organization', 'profile_and_organization', null, 'nobody'),
  billing_contact: fc.constantFrom(
    { name: 'Acme', email: 'billing@example.com' },
    { name: 'Beta', email: 'b@example.org' },
    null,
    { name: '', email: 'a@b.co' },
    { name: 'No mail', email: 'nothing' },
  ),
  surprise: fc.constant(1),
}

const body = fc.record(
  { ...value, sandbox: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)) },
  { requiredKeys: [] },
)

const shared = {
  caller: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('admin', 'owner') }, fc.constantFrom('developer', 'test')),
  key: fc.option(fc.constantFrom('k1', 'k2', 'k3'), { freq: 3 }),
  isStrict: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
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
          name: fc.constantFrom('Sales', 'Support', ''),
          description: value.description,
          billing_model: value.billing_model,
          billing_contact: value.billing_contact,
          sandbox: fc.constantFrom(false, false, true),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ ...shared, kind: fc.constant('update'), at: fc.nat(4), body, isMerge: fc.boolean(), tag }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...shared,
      kind: fc.constant('delete'),
      at: fc.nat(4),
      body: fc.record({ sandbox: fc.constantFrom(false, true) }, { requiredKeys: [] }),
      tag,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read'),
      at: fc.nat(4),
      caller: fc.constantFrom('admin', 'developer', 'other'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('foreign'),
      method: fc.constantFrom('GET', 'PATCH', 'DELETE'),
      at: fc.nat(4),
    }),
  },
)
