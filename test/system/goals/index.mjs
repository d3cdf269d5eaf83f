import { claimGoals } from './concurrency/claims.mjs'
import { concurrencyGoals } from './concurrency/concurrency.mjs'
import { idempotencyGoals } from './concurrency/idempotency.mjs'
import { linearizabilityGoals } from './concurrency/linearizability.mjs'
import { modelGoals } from './concurrency/model.mjs'
import { ruleGoals } from './concurrency/rules.mjs'
import { attemptGoals } from './delivery/attempts.mjs'
import { callbackGoals } from './delivery/callbacks.mjs'
import { deliveryGoals } from './delivery/deliveries.mjs'
import { outboxGoals } from './delivery/outbox.mjs'
import { registryGoals } from './delivery/registry.mjs'
import { webhookGoals } from './delivery/webhooks.mjs'
import { crashGoals } from './faults/crash.mjs'
import { embeddedGoals } from './faults/embedded.mjs'
import { faultGoals } from './faults/faults.mjs'
import { cardWallGoals } from './input/card-wall.mjs'
import { framingGoals } from './input/framing.mjs'
import { fuzzGoals } from './input/fuzz.mjs'
import { inputGoals } from './input/input.mjs'
import { limitGoals } from './input/limits.mjs'
import { strangerGoals } from './input/unauthenticated.mjs'
import { loadGoals } from './operations/load.mjs'
import { metricGoals } from './operations/metrics.mjs'
import { observationGoals } from './operations/observation.mjs'
import { operationGoals } from './operations/operations.mjs'
import { cardGoals } from './security/cards.mjs'
import { isolationGoals } from './security/isolation.mjs'
import { keyGoals } from './security/keys.mjs'
import { neighbourGoals } from './security/neighbours.mjs'
import { rebindingGoals } from './security/rebinding.mjs'
import { secretGoals } from './security/secrets.mjs'
import { tenancyGoals } from './security/tenancy.mjs'

/** Every goal that can be proved today, in the order of the reliability goals. @type {import('../harness/run.mjs').Goal[]} */
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
