/**
 * Who may import whom. The table is in docs/ARCHITECTURE.md; each rule is proved by a planted violation in
 * test/contract/structure/imports.test.ts. Tests may import what they test and the test kit.
 */

/** In order: a slice may use only the slices before it. */
const slices = [
  'organizations',
  'users',
  'api-keys',
  'brands',
  'campaigns',
  'profiles',
  'accounts',
  'templates',
  'webhooks',
  'registrations',
  'contacts',
  'numbers',
]

const TEST = '^(test|scripts|bench)/|[.]test[.]ts$'
const OURS = '^src/'
const TYPE_ONLY = ['type-only']

/** A path or bare name of a package, whether or not it is installed. */
const library = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)|^(${names.join('|')})(/|$)`
/** What several adapters use; it knows no adapter. */
const SHARED_BY_ADAPTERS = '^src/adapters/(http-client|resilience|ten-dlc|mail)/'
/** Node's own modules that reach outside the process. */
const IO = '^(node:)?(fs|net|http|https|http2|tls|dns|dgram|child_process|cluster|worker_threads|readline|repl)(/|$)'

const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: TEST, ...from },
  to,
})

/** A folder that may import nothing of ours but what is named. */
const only = (name, comment, from, allowed) => rule(name, comment, { path: from }, { path: OURS, pathNot: allowed })

const layers = [
  only('contract-imports-nothing', 'The kernel is pure: it knows nothing of ours.', '^src/contract/', '^src/contract/'),
  rule(
    'contract-without-io',
    'The kernel reaches nothing outside the process.',
    { path: '^src/contract/' },
    { path: IO },
  ),
  only(
    'egress-stands-alone',
    'The way out knows addresses and nothing of ours.',
    '^src/egress/',
    '^src/(contract|egress)/',
  ),
  only(
    'lint-imports-contract',
    'The lint is pure: it knows what a packet is, and no slice.',
    '^src/lint/',
    '^src/(contract|lint)/',
  ),
  rule('lint-without-io', 'The lint asks nobody.', { path: '^src/lint/' }, { path: IO }),
  only('ports-import-contract', 'A port is an interface.', '^src/ports/', '^src/(contract|ports)/'),
  only(
    'observability-stands-alone',
    'Logs and metrics know nothing of what they observe.',
    '^src/observability/',
    '^src/(contract|observability)/|^src/package-root[.]ts$',
  ),
  only(
    'encryption-stands-alone',
    'Encryption knows keys and bytes.',
    '^src/encryption/',
    '^src/(contract|encryption)/|^src/package-root[.]ts$',
  ),
  only(
    'db-imports-contract',
    'The database layer knows no slice.',
    '^src/db/',
    '^src/(contract|db)/|^src/package-root[.]ts$|^src/observability/(log|trace)[.]ts$',
  ),
  only(
    'events-import-db',
    'An event is a part of the statement that makes the change; it knows no slice.',
    '^src/events/',
    '^src/(contract|db|events)/',
  ),
  only(
    'jobs-import-db',
    'Background work knows no slice and no request.',
    '^src/jobs/',
    '^src/(contract|db|events|jobs|observability|ports|encryption)/|^src/package-root[.]ts$',
  ),
  only(
    'provider-events-know-no-slice',
    'Events of providers are stored and handed on; app/ says which slice handles them.',
    '^src/provider-events/',
    '^src/(contract|db|http|provider-events|jobs|observability|ports)/',
  ),
  only(
    'http-knows-no-slice',
    'The life of a request states what it needs as interfaces; app.ts connects the slices to them.',
    '^src/http/',
    '^src/(contract|db|events|http|jobs|observability|ports|encryption)/|^src/package-root[.]ts$|^src/egress/index[.]ts$',
  ),
  rule(
    'http-uses-port-types',
    'The pipeline calls no outside service itself; it knows how outcomes are written.',
    { path: '^src/http/' },
    { path: '^src/ports/', pathNot: '^src/ports/outcome[.]ts$', dependencyTypesNot: TYPE_ONLY },
  ),
  rule(
    'adapter-imports-ports',
    'An adapter knows its port and nothing else of ours; of observability only types.',
    { path: '^src/adapters/([^/]+)/', pathNot: `${TEST}|${SHARED_BY_ADAPTERS}` },
    { path: OURS, pathNot: `^src/adapters/$1/|${SHARED_BY_ADAPTERS}|^src/(contract|ports|observability)/` },
  ),
  rule(
    'adapter-observes-by-type',
    'An adapter is handed its log.',
    { path: '^src/adapters/' },
    { path: '^src/observability/', dependencyTypesNot: TYPE_ONLY },
  ),
  rule(
    'adapters-share-little',
    'What adapters share knows no adapter.',
    { path: SHARED_BY_ADAPTERS },
    { path: OURS, pathNot: `${SHARED_BY_ADAPTERS}|^src/(contract|ports|observability)/` },
  ),
  rule(
    'wiring-is-at-the-top',
    'Only the entry points read the configuration and compose the whole.',
    {
      path: OURS,
      pathNot: `${TEST}|^src/main[.]ts$|^src/(app|config|cli)/`,
    },
    { path: '^src/main[.]ts$|^src/(app|config|cli)/' },
  ),
  rule('program-without-tests', 'The program never needs its tests.', { path: OURS }, { path: TEST }),
]

const systemTests = [
  {
    name: 'system-tests-stand-outside',
    comment: 'System tests share nothing with the server but the wire.',
    severity: 'error',
    from: { path: '^test/system/' },
    to: { path: '^(src|build|bench)/|^test/(api|contract|ports)/|^scripts/(?!setup/)' },
  },
  {
    name: 'nothing-needs-system-tests',
    comment: 'The server and its other tests know nothing of the system tests.',
    severity: 'error',
    from: { path: '^(src|test|scripts|bench)/', pathNot: '^test/system/' },
    to: { path: '^test/system/' },
  },
]

const kinds = [
  rule(
    'rules-are-pure',
    'A rule decides from what it is given: contract, fields and rules are all it knows, and the words of ports.',
    { path: '[.]rules[.]ts$' },
    {
      path: OURS,
      pathNot: '^src/(contract|config|ports)/|[.](fields|rules)[.]ts$|^src/resources/[^/]+/index[.]ts$',
    },
  ),
  rule(
    'rules-without-node',
    'A rule uses no module of Node.',
    { path: '[.]rules[.]ts$' },
    { dependencyTypes: ['core'] },
  ),
  rule(
    'fields-import-contract',
    'A field table is a shape.',
    { path: '[.]fields[.]ts$' },
    { path: OURS, pathNot: '^src/contract/|[.]fields[.]ts$|^src/resources/[^/]+/index[.]ts$' },
  ),
  rule(
    'store-imports',
    "A store knows its SQL and its own slice's fields. A write is one statement (decision 8), so it takes in the kept answer's part, the events', the wake of a job and those of earlier slices.",
    { path: '^src/resources/([^/]+)/.*[.]store[.]ts$' },
    {
      path: OURS,
      pathNot:
        '^src/(contract|db|events)/|^src/http/idempotency/idempotency[.]store[.]ts$|^src/jobs/wake[.]store[.]ts$|^src/resources/$1/.*[.](fields|store)[.]ts$|^src/resources/[^/]+/index[.]ts$',
      dependencyTypesNot: TYPE_ONLY,
    },
  ),
  rule(
    'store-types',
    'A store is handed its encryption, its caller and what the rules decided.',
    { path: '^src/resources/([^/]+)/.*[.]store[.]ts$' },
    {
      path: OURS,
      pathNot:
        '^src/(contract|db|events|encryption)/|^src/http/(caller|endpoint|idempotency/idempotency[.]store)[.]ts$|^src/jobs/wake[.]store[.]ts$|^src/resources/$1/|^src/resources/[^/]+/index[.]ts$',
    },
  ),
  rule(
    'endpoint-imports',
    'An endpoint is one operation over its slice.',
    { path: '^src/resources/([^/]+)/endpoints/' },
    {
      path: OURS,
      pathNot:
        '^src/(contract/|lint/index[.]ts$)|^src/http/(endpoint|public-endpoint|pipeline/provider-steps)[.]ts$|^src/ports/|^src/resources/$1/|^src/resources/[^/]+/index[.]ts$',
    },
  ),
  rule(
    'endpoint-uses-port-types',
    'An endpoint is handed its ports; it knows how outcomes are written.',
    { path: '^src/resources/' },
    { path: '^src/ports/', pathNot: '^src/ports/outcome[.]ts$', dependencyTypesNot: TYPE_ONLY },
  ),
]

const sliceRules = [
  rule(
    'slice-by-its-index',
    'A slice shows other slices its index.ts and nothing else.',
    { path: '^src/resources/([^/]+)/' },
    { path: '^src/resources/', pathNot: '^src/resources/$1/|^src/resources/[^/]+/index[.]ts$' },
  ),
  ...slices.map((slice, at) =>
    rule(
      `slice-order-${slice}`,
      `Slices are ordered: ${slices.join(', ')}. One may use only those before it.`,
      { path: `^src/resources/${slice}/` },
      { path: '^src/resources/', pathNot: `^src/resources/(${slices.slice(0, at + 1).join('|')})/` },
    ),
  ),
  rule(
    'slice-is-known',
    `A slice has a place in the order: ${slices.join(', ')}.`,
    { path: '^src/resources/[^/]+/', pathNot: `${TEST}|^src/resources/(${slices.join('|')})/` },
    { path: '.' },
  ),
  rule(
    'slice-knows-no-wiring',
    'Slices know the request through endpoint.ts, and no adapter.',
    { path: '^src/resources/' },
    { path: '^src/adapters/' },
  ),
]

/** Node's modules that open connections. Types of them, and what only listens or computes, are named below. */
const CLIENTS = '^(node:)?(http|https|http2|net|tls|dns|dgram)(/|$)'

const libraries = [
  rule(
    'connections-in-egress',
    "Connections to addresses that customers chose are opened by egress/ alone, those to providers by the adapters' bounded fetch; the rest listens, or asks net and tls about texts (SSRF-3).",
    {
      path: OURS,
      pathNot: `${TEST}|^src/egress/|^src/db/|^src/observability/ops-server[.]ts$|^src/http/transport/connections[.]ts$|^src/http/openapi/failures[.]ts$|^src/config/`,
    },
    { path: CLIENTS, dependencyTypesNot: TYPE_ONLY },
  ),
  rule(
    'no-client-library',
    'There is no second way out.',
    { path: OURS },
    { path: library('undici', 'axios', 'got', 'node-fetch', 'ky', 'request', 'superagent', 'ws') },
  ),
  rule(
    'addresses-in-egress',
    'What an IP address leads to is decided in one place.',
    { path: OURS, pathNot: `${TEST}|^src/egress/` },
    { path: library('ipaddr.js') },
  ),
  rule(
    'fastify-in-the-server',
    'One file owns the transport, one the pages beside the API.',
    { path: OURS, pathNot: `${TEST}|^src/http/transport/(server|pages)[.]ts$` },
    { path: library('fastify'), dependencyTypesNot: TYPE_ONLY },
  ),
  rule(
    'pg-in-db',
    'The driver stays behind db/.',
    { path: OURS, pathNot: `${TEST}|^src/db/` },
    { path: library('pg') },
  ),
  rule(
    'stripe-in-its-adapter',
    'A provider library stays in its adapter.',
    { path: OURS, pathNot: `${TEST}|^src/adapters/stripe/` },
    { path: library('stripe') },
  ),
  rule(
    'canonicalize-in-its-adapter',
    'Signatures are checked by the adapter whose provider made them.',
    { path: OURS, pathNot: `${TEST}|^src/adapters/tcr/` },
    { path: library('canonicalize') },
  ),
  rule(
    'nodemailer-in-its-adapters',
    'What writes and sends mail stays in the mail adapters.',
    { path: OURS, pathNot: `${TEST}|^src/adapters/(smtp|mail-folder)/` },
    { path: library('nodemailer') },
  ),
  rule(
    'domain-libraries',
    'What a value means is decided in the kernel, in field tables and in rules; the simulator plays a party that decides too.',
    { path: OURS, pathNot: `${TEST}|^src/(contract|lint)/|[.](fields|rules)[.]ts$|^src/adapters/simulator/` },
    {
      dependencyTypesNot: TYPE_ONLY,
      path: library(
        'ajv',
        'ajv-formats',
        'libphonenumber-js',
        'google-libphonenumber',
        'card-validator',
        'i18n-iso-countries',
        'ibantools',
        'stdnum',
        'tldts',
      ),
    },
  ),
  rule(
    'shapes-where-declared',
    'Shapes are made in the kernel, in field tables, and in the endpoint whose query they describe.',
    { path: OURS, pathNot: `${TEST}|^src/contract/|[.](fields|rules)[.]ts$|^src/resources/[^/]+/endpoints/` },
    { dependencyTypesNot: TYPE_ONLY, path: '^src/contract/fields/schema[.]ts$' },
  ),
  rule(
    'typebox-by-the-kernel',
    'Type comes from src/contract/fields/schema.ts: the same shapes without the quarter of a second that loading TypeBox costs.',
    { path: OURS, pathNot: `${TEST}|^src/contract/fields/schema[.]ts$` },
    { path: library('typebox') },
  ),
  rule(
    'card-in-few-hands',
    'A card passes from where it is cut out of the request to the payments adapters, and nowhere else.',
    {
      path: OURS,
      pathNot: `${TEST}|^src/contract/cards/secret-card[.]ts$|^src/http/card-input[.]ts$|^src/ports/payments[.]ts$|^src/adapters/(stripe|simulator)/`,
    },
    { path: '^src/contract/cards/secret-card[.]ts$' },
  ),
  rule(
    'no-development-library',
    'The program runs without development dependencies; their types are gone when it runs.',
    { path: OURS },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: TYPE_ONLY },
  ),
]

module.exports = {
  forbidden: [
    { name: 'no-cycle', comment: 'Modules form layers.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'Every library is named in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    ...layers,
    ...systemTests,
    ...kinds,
    ...sliceRules,
    ...libraries,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'] },
  },
}
