import type { TSchema } from '../contract/fields/schema.ts'

/** How a parameter is marked with its column's type, where a text would not become it by itself. */
export function columnCast(schema: TSchema): string {
  const { type, format } = schema as { type?: string; format?: string }
  if (type === 'string') return format === 'uuid' ? '::uuid' : ''
  if (type === 'boolean') return '::boolean'
  return type === 'integer' || type === 'number' ? '::numeric' : '::jsonb'
}
