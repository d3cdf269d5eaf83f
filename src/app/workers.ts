import type { Config } from '../config/index.ts'
import type { Egress } from '../egress/index.ts'
import type { AppContext } from '../http/app-context.ts'
import { abandonedClaimJob } from '../http/idempotency/abandoned-claim.ts'
import { CLAIM_JOB } from '../http/idempotency/claim.store.ts'
import { createJobs, type Jobs, type Queue } from '../jobs/index.ts'
import { claimReceiverJobs } from '../jobs/receiver-claim.store.ts'
import { registrationHandlers } from '../resources/registrations/index.ts'
import { templateHandlers } from '../resources/templates/index.ts'
import { SEND_INVITATION_JOB, sendInvitationJob } from '../resources/users/index.ts'
import { fanOutHandlers, receiverHandlers } from '../resources/webhooks/index.ts'

/** Which background work an instance does, and how much of each kind at once: kinds that wait for others have queues of their own. */

/** Longer than a webhook's usual timeout and the statements around it; one that needs longer extends its own. */
const RECEIVER_LEASE_MS = 45_000
/** Above what one organization may have in flight by far, so that some slow ones do not take every place. */
const RECEIVERS_MAX = 128
const QUEUE_POLL_MS = 250

/** Events are fanned out, and receivers called, beside all other work: neither waits for a provider, nor a provider for them. */
function webhookQueues({ db, keys, log, metrics }: AppContext, egress: Egress): Queue[] {
  const receivers = receiverHandlers({ db, keys, egress, log, metrics, leaseMs: RECEIVER_LEASE_MS })
  return [
    { handlers: fanOutHandlers({ db }), pollMs: QUEUE_POLL_MS, concurrencyMax: 8 },
    {
      handlers: receivers,
      pollMs: QUEUE_POLL_MS,
      concurrencyMax: RECEIVERS_MAX,
      leaseMs: RECEIVER_LEASE_MS,
      claim: claimReceiverJobs,
    },
  ]
}

/** How many registrations one instance brings callProviders at once; each may wait for a provider for `PROVIDER_MS`. */
const REGISTRATIONS_MAX = 8

/** Registrations wait for providers, and nothing else waits for them. */
function registrationQueue(
  context: AppContext,
  { timeouts, settleMs, ordersPerDay }: Pick<Config, 'timeouts' | 'settleMs' | 'ordersPerDay'>,
): Queue {
  const { db, keys, ports, log, metrics } = context
  const { leaseMs, providerMs } = timeouts
  const times = { leaseMs, providerMs, settleMs }
  const handlers = registrationHandlers({ db, keys, ports, log, metrics, ...times, ordersPerDay })
  return { handlers, pollMs: QUEUE_POLL_MS, concurrencyMax: REGISTRATIONS_MAX }
}

/** The background work of one instance. `origin` is where the server listens, once it does. */
export function buildJobs(
  context: AppContext,
  egress: Egress,
  config: Pick<Config, 'http' | 'timeouts' | 'invitationUrl' | 'settleMs' | 'ordersPerDay'>,
  origin: () => string,
): Jobs {
  const { db, keys, ports, log, metrics, trace } = context
  const { leaseMs, providerMs } = config.timeouts
  const places = () => ({ apiUrl: config.http.publicUrl ?? origin(), pageUrl: config.invitationUrl })
  return createJobs({
    db,
    log,
    metrics,
    trace,
    leaseMs,
    handlers: {
      [CLAIM_JOB]: abandonedClaimJob({ db, payments: ports.payments, log, metrics, leaseMs, providerMs }),
      [SEND_INVITATION_JOB]: sendInvitationJob({
        db,
        keys,
        mail: ports.mail,
        log,
        mailMs: providerMs,
        places,
      }),
      ...templateHandlers({ db, whatsapp: ports.whatsapp, log, providerMs }),
    },
    queues: [...webhookQueues(context, egress), registrationQueue(context, config)],
  })
}
