import type { Executor } from '../../db/database.ts'
import { lockOrganization } from '../../http/lock.store.ts'
import { isVettingOrdered } from './order.store.ts'
import { record } from './record.jobs.ts'
import type { CallName, Step } from './registration.fields.ts'
import { waiting } from './step-change.rules.ts'
import type { RegistrationOptions, Work } from './work.jobs.ts'

/**
 * The intent of a call, written before the call, so that a worker that dies leaves word of it. What a registry charges for
 * is an order: it is looked at beside the orders of the organization's other runs, under the lock of its row.
 */

/** What is charged each time. */
const ORDERS: ReadonlySet<CallName> = new Set([
  'submit_brand',
  'revet_brand',
  'order_vetting',
  'submit_campaign',
  'update_campaign',
])

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
  work: Work,
  { index, before, begun }: { index: number; before: Step; begun: Step },
): Promise<boolean> {
  if (begun.call === null || !ORDERS.has(begun.call)) return record(options, work, { step: { index, step: begun } })
  try {
    return await record(options, work, { step: { index, step: begun }, first: (tx) => lookAtOrder(tx, work, before) })
  } catch (error) {
    if (!(error instanceof HeldBack)) throw error
    await record(options, work, { step: { index, step: error.step } })
    return false
  }
}

async function lookAtOrder(tx: Executor, work: Work, step: Step): Promise<void> {
  const { organizationId, registration } = work
  await tx.run(organizationId, lockOrganization, [organizationId])
  if (step.call !== 'order_vetting' || step.subject === null) return
  const asked = { profileId: registration.profileId, brandId: step.subject }
  if (!(await isVettingOrdered(tx, organizationId, asked))) return
  const says = 'Another profile’s completion has ordered the vetting of this brand.'
  throw new HeldBack(waiting(step, 'read_vetting', says, 'review', { now: work.now, random: Math.random() }))
}
