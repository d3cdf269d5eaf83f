import type { NewEvent } from '../../contract/events.ts'

/**
 * What a change of a profile tells the webhooks, in this order: the profile, its own brand where the request wrote one, the
 * card that was handed on.
 */
export function eventsOf(
  what: 'created' | 'updated' | 'deleted',
  profile: { status: string },
  brand: { id: string; isNew: boolean } | null,
  hasNewCard: boolean,
): NewEvent[] {
  const events: NewEvent[] = [{ type: `profile.${what}`, payload: { status: profile.status } }]
  if (brand !== null)
    events.push({
      type: brand.isNew ? 'brand.created' : 'brand.updated',
      payload: { brand_id: brand.id, status: null },
    })
  if (hasNewCard) events.push({ type: 'payment_method.attached', payload: { status: 'attached' } })
  return events
}
