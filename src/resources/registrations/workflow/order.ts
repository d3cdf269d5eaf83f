import type { Executor } from '../../../db/database.ts'
import { lockOrganization } from '../../../db/organization-lock.ts'
import type { CallName, Step } from '../registration.fields.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import { type Order, type OrderKind, placeOrder } from './order.store.ts'
import { Overtaken, persist, persistIn } from './persist.ts'
import { finished, waiting } from './rules/step.rules.ts'

/**
 * The intent of a call, written before the call, so that a worker that dies leaves word of it. What a registry charges for
 * is an order: it is looked at beside the orders of the organization's other runs, under the lock of its row.
 */

/** What is charged each time. A campaign that is changed is reviewed, and charged, as one that is new. */
const ORDERS: Partial<Record<CallName, OrderKind>> = {
  submit_brand: 'brand',
  revet_brand: 'check',
  order_vetting: 'vetting',
  submit_campaign: 'campaign',
  update_campaign: 'campaign',
}

/** An order that must not be made now. Takes back the transaction that found it. */
class HeldBack extends Error {
  readonly step: Step

  constructor(step: Step) {
    super()
    this.step = step
  }
}

/**
 * Writes that the call of `begun` is about to be made. False when it must not be: the registration was moved by somebody
 * else, or the order is held back, which is then written in its place.
 */
export async function recordIntent(
  options: RegistrationOptions,
  run: RunState,
  { index, before, begun }: { index: number; before: Step; begun: Step },
): Promise<boolean> {
  const kind = begun.call === null ? undefined : ORDERS[begun.call]
  if (kind === undefined || begun.subject === null) return persist(options, run, { step: { index, step: begun } })
  const order = { profileId: run.registration.profileId, subjectId: begun.subject, kind, run: run.registration.run }
  try {
    await options.db.transaction(run.organizationId, async (tx) => {
      await lookAtOrder(tx, run, { before, order, perDay: options.ordersPerDay })
      await persistIn(tx, options.keys, run, { step: { index, step: begun } })
    })
    return true
  } catch (error) {
    if (error instanceof Overtaken) return false
    if (!(error instanceof HeldBack)) throw error
    await persist(options, run, { step: { index, step: error.step } })
    return false
  }
}

async function lookAtOrder(
  tx: Executor,
  { organizationId, now }: RunState,
  { before, order, perDay }: { before: Step; order: Order; perDay: number },
): Promise<void> {
  await tx.run(organizationId, lockOrganization, [organizationId])
  const placing = await placeOrder(tx, organizationId, order, perDay)
  switch (placing.kind) {
    case 'placed':
      return
    case 'vetting_ordered': {
      const says = 'Another profile’s completion has ordered the vetting of this brand.'
      throw new HeldBack(waiting(before, 'read_vetting', says, 'review', { now, random: Math.random() }))
    }
    case 'vetting_done':
      throw new HeldBack(
        finished(before, 'Another profile’s completion had this brand vetted; the registry shows no result.'),
      )
    case 'quota':
      throw new HeldBack({
        ...before,
        state: 'waiting',
        says: `The organization has used its quota of ${perDay} of these orders in 24 hours, since each is charged. It goes on by itself; the operator can raise REGISTRY_ORDERS_PER_DAY.`,
        next_try_at: placing.freeAtMs,
        waiting_since: before.waiting_since ?? now,
      })
  }
}
