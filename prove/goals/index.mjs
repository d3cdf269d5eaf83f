import { concurrencyGoals } from './concurrency.mjs'
import { crashGoals } from './crash.mjs'
import { idempotencyGoals } from './idempotency.mjs'
import { tenancyGoals } from './tenancy.mjs'

/** Every goal that can be proved today, in the order of the reliability goals. @type {import('../harness/trial.mjs').Goal[]} */
export const goals = [...idempotencyGoals, ...crashGoals, ...concurrencyGoals, ...tenancyGoals]
