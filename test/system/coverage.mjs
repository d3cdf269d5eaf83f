/** Goals that the system test does not prove, each with the reason. A goal that is neither here nor proved does not exist. */
export const notCovered = [
  {
    id: 'CONC-5, TEN-8, LOAD-1, LOAD-3, EMB-4',
    why: 'Replaced: names need not be unique, policies are enabled and not forced, limits are leased in blocks, there is one engine',
  },
  {
    id: 'OUTB-2, OUTB-3, OUTB-6',
    why: 'Inside the program: jobs are claimed by their time and not by a sequence, leases end by the clock of the database; two workers, a dead one, a writer that commits late, a wrong clock and a job that always fails are in `src/jobs/worker.test.ts`',
  },
  {
    id: 'OUTB-5, seconds',
    why: 'The spread is judged over stretches of some seconds, since hundreds of retries do not fill every second enough to tell a rush from chance',
  },
  {
    id: 'SSRF-3',
    why: 'Of the source, not of the server: the import rules `connections-in-egress` and `addresses-in-egress` and the check of calls that go out, each with a planted violation, in `npm test`',
  },
  {
    id: 'TEN-3, TEN-6',
    why: 'The quota of orders at a registry is in `test/api/registration/quota.test.ts`; hostile provider answers are tested in the suite of each adapter',
  },
  { id: 'TEN-5', why: 'Part of IN-7: methods and Allow of every documented path' },
  { id: 'TEN-11', why: 'Time differences of single milliseconds cannot be measured on a shared machine' },
  { id: 'KEY-4', why: 'Proved in the suite with a clock of its own (`src/http/auth/lockout.test.ts`)' },
  {
    id: 'CARD-3, CARD-4',
    why: 'Inside the program: `src/contract/cards/secret-card.test.ts` and the import rule `card-in-few-hands`',
  },
  { id: 'CARD-6', why: 'Second release: a process of its own for cards' },
  { id: 'PII-3, PII-6', why: 'Online rotation and erasure of an organization do not exist yet' },
  { id: 'IN-6', why: 'No check of regular expressions for super-linear time yet' },
  { id: 'IN-8', why: 'Part of IN-3 and TEST-2: every refusal has the envelope and shows nothing of the inside' },
  { id: 'IN-9', why: 'Slow clients are tested in the suite (`test/api/limits`)' },
  { id: 'LOAD-6', why: 'Part of OPS-3: every pair of limits in the wrong order' },
  { id: 'FLT-5', why: 'A full disk needs a mounted file system, so rights that a CI runner may not give' },
  {
    id: 'FLT-6, FLT-10',
    why: 'A provider that is slow, resets, hangs or talks garbage is part of CARD-1, IDEM-5, OUTB-4 and OUTB-5',
  },
  { id: 'FLT-7', why: 'A wrong clock of an instance is part of IDEM-9; jitter and timers are not covered' },
  {
    id: 'FLT-8, other providers',
    why: 'Callbacks of The Campaign Registry are proved; those of Telnyx and Meta take the same inbox and are in `test/api/callbacks`',
  },
  { id: 'FLT-9', why: 'IDEM-1 and CONC-1' },
  { id: 'FLT-11, FLT-12, FLT-14', why: 'Two releases at once, a squeezed machine and a failover are not covered' },
  { id: 'EMB-3', why: 'Copies of a running data directory are not covered; `src/db/embedded/crash.test.ts` kills it' },
  { id: 'TEST-3', why: 'Mutation testing is not part of the prover' },
  { id: 'TEST-4, TEST-5', why: 'Properties of the suite and of CI, not of the server' },
  { id: 'OBS-3, OBS-6', why: 'Alert rules and a blocked log reader are not covered' },
  {
    id: 'OPS-2, OPS-6, OPS-7, OPS-8',
    why: 'Unsafe migrations are checked by `npm test`; reproducible builds, reloading of secrets and a soak are not covered',
  },
]
