import { attemptGoals } from './attempts.mjs'
import { callbackGoals } from './callbacks.mjs'
import { cardWallGoals } from './card-wall.mjs'
import { cardGoals } from './cards.mjs'
import { claimGoals } from './claims.mjs'
import { concurrencyGoals } from './concurrency.mjs'
import { crashGoals } from './crash.mjs'
import { deliveryGoals } from './deliveries.mjs'
import { embeddedGoals } from './embedded.mjs'
import { faultGoals } from './faults.mjs'
import { framingGoals } from './framing.mjs'
import { fuzzGoals } from './fuzz.mjs'
import { idempotencyGoals } from './idempotency.mjs'
import { inputGoals } from './input.mjs'
import { isolationGoals } from './isolation.mjs'
import { keyGoals } from './keys.mjs'
import { limitGoals } from './limits.mjs'
import { linearizabilityGoals } from './linearizability.mjs'
import { loadGoals } from './load.mjs'
import { metricGoals } from './metrics.mjs'
import { modelGoals } from './model.mjs'
import { neighbourGoals } from './neighbours.mjs'
import { observationGoals } from './observation.mjs'
import { operationGoals } from './operations.mjs'
import { outboxGoals } from './outbox.mjs'
import { rebindingGoals } from './rebinding.mjs'
import { registryGoals } from './registry.mjs'
import { ruleGoals } from './rules.mjs'
import { secretGoals } from './secrets.mjs'
import { strangerGoals } from './strangers.mjs'
import { tenancyGoals } from './tenancy.mjs'
import { webhookGoals } from './webhooks.mjs'

/** Every goal that can be proved today, in the order of the reliability goals. @type {import('../harness/trial.mjs').Goal[]} */
export const goals = [
  ...idempotencyGoals,
  ...crashGoals,
  ...claimGoals,
  ...concurrencyGoals,
  ...ruleGoals,
  ...registryGoals,
  ...outboxGoals,
  ...webhookGoals,
  ...rebindingGoals,
  ...attemptGoals,
  ...deliveryGoals,
  ...tenancyGoals,
  ...isolationGoals,
  ...neighbourGoals,
  ...keyGoals,
  ...secretGoals,
  ...cardGoals,
  ...cardWallGoals,
  ...inputGoals,
  ...framingGoals,
  ...faultGoals,
  ...callbackGoals,
  ...limitGoals,
  ...embeddedGoals,
  ...operationGoals,
  ...observationGoals,
  ...metricGoals,
  ...modelGoals,
  ...fuzzGoals,
  ...linearizabilityGoals,
  ...loadGoals,
  ...strangerGoals,
]
