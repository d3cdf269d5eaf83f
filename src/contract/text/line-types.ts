/** The kinds of line that a look-up of a phone number tells apart. */
export const LINE_TYPES = ['mobile', 'landline', 'toll_free', 'voip', 'premium'] as const
export type LineType = (typeof LINE_TYPES)[number]
