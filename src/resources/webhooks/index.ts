import type { Endpoint } from '../../http/endpoint.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { deliverCallbackJob } from './callback.jobs.ts'
import { DELIVER_CALLBACK } from './callback.store.ts'
import { type DeliveryOptions, deliverWebhookJob, fanOutJob } from './delivery.jobs.ts'
import { DELIVER_WEBHOOK, FAN_OUT_EVENT } from './delivery.store.ts'
import { createWebhook } from './endpoints/create.ts'
import { deleteWebhook } from './endpoints/delete.ts'
import { listWebhookDeliveries } from './endpoints/deliveries.ts'
import { listWebhookEventTypes } from './endpoints/event-types.ts'
import { getWebhook } from './endpoints/get.ts'
import { listWebhooksEndpoint } from './endpoints/list.ts'
import { replayWebhook } from './endpoints/replay.ts'
import { rotateWebhookSecret } from './endpoints/rotate.ts'
import { testWebhook } from './endpoints/test.ts'
import { toggleWebhook } from './endpoints/toggle.ts'
import { updateWebhook } from './endpoints/update.ts'

export { callbackBody } from './callback.rules.ts'
export {
  CALLBACK_DUE_PARAMS,
  CALLBACK_PARAMS,
  callbackCte,
  callbackDueCtes,
  callbackParams,
  insertCallback,
  markCallbacksDue,
} from './callback.store.ts'

export const webhookEndpoints: readonly Endpoint[] = [
  listWebhooksEndpoint,
  createWebhook,
  listWebhookEventTypes,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  toggleWebhook,
  rotateWebhookSecret,
  testWebhook,
  listWebhookDeliveries,
  replayWebhook,
]

/** The jobs that turn events into deliveries. */
export function fanOutHandlers(options: Pick<DeliveryOptions, 'db'>): Record<string, JobHandler> {
  return { [FAN_OUT_EVENT]: fanOutJob(options) }
}

/** The jobs that call customers' endpoints. */
export function receiverHandlers(options: DeliveryOptions): Record<string, JobHandler> {
  return { [DELIVER_WEBHOOK]: deliverWebhookJob(options), [DELIVER_CALLBACK]: deliverCallbackJob(options) }
}
