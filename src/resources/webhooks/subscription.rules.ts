/** Which events a webhook hears of. */
export interface Subscription {
  /** Parents, as `profile`. */
  event_types: readonly string[]
  /** For some parents the only suffixes that count, as `{profile: ['updated']}`. */
  event_filters: Readonly<Record<string, readonly string[]>> | null
}

/** The parent and the suffix of `profile.updated`. */
export function partsOf(type: string): { parent: string; suffix: string } {
  const [parent = '', suffix = ''] = type.split('.')
  return { parent, suffix }
}

/** Whether a webhook with this subscription is told of events of this type (contract 12.1). */
export function hears({ event_types, event_filters }: Subscription, type: string): boolean {
  const { parent, suffix } = partsOf(type)
  if (!event_types.includes(parent)) return false
  const only = event_filters !== null && Object.hasOwn(event_filters, parent) ? event_filters[parent] : undefined
  return only === undefined || only.includes(suffix)
}
