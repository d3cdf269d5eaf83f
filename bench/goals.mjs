/** The figures that are measured, with their goals. The order is that of the report. */

/**
 * @typedef {{ least?: number, most?: number, unit: 'x' | 's' | 'MB' }} Goal
 * @typedef {{ id: string, figure: string, goal: Goal | null }} Row
 */

const atLeast = (least, unit = 'x') => ({ least, unit })
const atMost = (most, unit = 'x') => ({ most, unit })

/** @type {Row[]} */
export const rows = [
  {
    id: 'bare',
    figure: 'PATCH, everything on, throughput against bare `node:http` + `pg` with the same SQL',
    goal: atLeast(0.95),
  },
  { id: 'bare-scoped', figure: 'the same, where the bare program uses our own query form', goal: null },
  { id: 'pgbench', figure: 'PATCH, throughput against pgbench with the same SQL, 16 connections', goal: atLeast(0.5) },
  {
    id: 'cpu',
    figure: "CPU of a PATCH, Node + PostgreSQL, as a multiple of PostgreSQL's own under pgbench",
    goal: atMost(2),
  },
  { id: 'parse', figure: 'PATCH of one item against Parse Server, its idempotency on', goal: atLeast(3) },
  { id: 'parse-many', figure: 'the same with 64 connections', goal: null },
  {
    id: 'parse-pgbench',
    figure: 'the same with 16 connections, of pgbench with the SQL of the PATCH and without HTTP',
    goal: null,
  },
  { id: 'directus', figure: 'PATCH of one item against Directus', goal: atLeast(15) },
  { id: 'directus-many', figure: 'the same with 64 connections', goal: null },
  {
    id: 'directus-pgbench',
    figure: 'the same with 16 connections, of pgbench with the SQL of the PATCH and without HTTP',
    goal: null,
  },
  { id: 'get', figure: 'GET of one profile against PATCH, throughput', goal: atLeast(4) },
  { id: 'get-bare', figure: 'the same between GET and PATCH of the bare program', goal: null },
  { id: 'replay', figure: 'A replayed idempotent PATCH against a first one, CPU', goal: atMost(0.6) },
  { id: 'key', figure: 'Idempotency-Key against none, CPU of a PATCH', goal: atMost(1.25) },
  {
    id: 'scale-patch',
    figure: '10^6 profiles against 10^3 of as many organizations, CPU of a PATCH',
    goal: atMost(1.1),
  },
  { id: 'scale-patch-one', figure: 'the same against 10^3 profiles of one organization', goal: null },
  { id: 'scale-get', figure: '10^6 profiles against 10^3 of as many organizations, CPU of a GET', goal: atMost(1.1) },
  { id: 'scale-get-one', figure: 'the same against 10^3 profiles of one organization', goal: null },
  { id: 'scale-list', figure: 'The last page of 10^5 profiles against the first, CPU of a GET by cursor', goal: null },
  { id: 'two', figure: 'Two instances on one database against one, throughput', goal: atLeast(0.9) },
  { id: 'four', figure: 'Four instances on one database against one, throughput', goal: null },
  { id: 'expiry', figure: 'Kept answers on disk after 8 hours against 2, fast-time simulation', goal: null },
  { id: 'first-start', figure: 'First start on an empty data directory to ready', goal: atMost(3, 's') },
  { id: 'later-start', figure: 'Later start to ready', goal: atMost(1, 's') },
  { id: 'memory-idle', figure: 'Memory of the Node process, idle', goal: atMost(110, 'MB') },
  {
    id: 'memory-load',
    figure: 'Memory of the Node process under 16 connections of PATCH, most of it',
    goal: atMost(200, 'MB'),
  },
  {
    id: 'size',
    figure: '`npm ci` of production dependencies without the database binaries',
    goal: atMost(60, 'MB'),
  },
]

/** @param {Goal} goal @param {number} value */
export function isReached({ least, most }, value) {
  return (least === undefined || value >= least) && (most === undefined || value <= most)
}
