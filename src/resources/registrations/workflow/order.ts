import type { Executor } from '../../../db/database.ts'
import { lockOrganization } from '../../../db/organization-lock.ts'
import type { CallName, Step } from '../registration.fields.ts'
import type { RegistrationOptions, RunState } from './load.ts'
import { isVettingDone, isVettingOrdered, type Order, type OrderKind, placeOrder } from './order.store.ts'
import { record } from './persist.ts'
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
  work: RunState,
  { index, before, begun }: { index: number; before: Step; begun: Step },
): Promise<boolean> {
  const kind = begun.call === null ? undefined : ORDERS[begun.call]
  if (kind === undefined || begun.subject === null) return record(options, work, { step: { index, step: begun } })
  const order = { profileId: work.registration.profileId, subjectId: begun.subject, kind, run: work.registration.run }
  const first = (tx: Executor) => lookAtOrder(tx, work, { before, order, perDay: options.ordersPerDay })
  try {
    return await record(options, work, { step: { index, step: begun }, first })
  } catch (error) {
    if (!(error instanceof HeldBack)) throw error
    await record(options, work, { step: { index, step: error.step } })
    return false
  }
}

async function lookAtOrder(
  tx: Executor,
  { organizationId, now }: RunState,
  { before, order, perDay }: { before: Step; order: Order; perDay: number },
): Promise<void> {
  await tx.run(organizationId, lockOrganization, [organizationId])
  const shared = { profileId: order.profileId, brandId: order.subjectId }
  if (order.kind === 'vetting' && (await isVettingOrdered(tx, organizationId, shared))) {
    const says = 'Another profile’s completion has ordered the vetting of this brand.'
    throw new HeldBack(waiting(before, 'read_vetting', says, 'review', { now, random: Math.random() }))
  }
  if (order.kind === 'vetting' && (await isVettingDone(tx, organizationId, shared)))
    throw new HeldBack(
      finished(before, 'Another profile’s completion had this brand vetted; the registry shows no result.'),
    )
  const freeAt = await placeOrder(tx, organizationId, order, perDay)
  if (freeAt === null) return
  throw new HeldBack({
    ...before,
    state: 'waiting',
    says: `The organization has used its quota of ${perDay} of these orders in 24 hours, since each is charged. It goes on by itself; the operator can raise REGISTRY_ORDERS_PER_DAY.`,
    next_try_at: freeAt,
    waiting_since: before.waiting_since ?? now,
  })
}
