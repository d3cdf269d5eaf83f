import type { ReadValues, Source } from './read-environment.ts'
import type { Group, Setting } from './setting.ts'
import { configEntries, type VariableName } from './variables.ts'

/** A variable as it may be printed: a secret shows at most the part that its row of the table allows. */
export interface ShownSetting {
  readonly name: VariableName
  readonly group: Group
  readonly value: string
  readonly source: Source
}

/** Every variable with what holds for it, in the table's order, without any secret. */
export function showValues({ values, sources }: Pick<ReadValues, 'values' | 'sources'>): ShownSetting[] {
  return configEntries.map(([name, setting]) => ({
    name,
    group: setting.group,
    value: showValue(setting, values[name]),
    source: sources[name],
  }))
}

function showValue(setting: Setting<unknown>, value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return fallbackText(setting).replaceAll('`', '')
  if (setting.isSecret) return setting.shown?.(value) ?? '[secret]'
  return valueText(value)
}

/** A value as a person writes it in the environment. */
export function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value)
      .map(([name, part]) => `${name}=${String(part)}`)
      .join(',')
  }
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** What holds when the variable is not set, as Markdown. */
export function fallbackText(setting: Setting<unknown>): string {
  if (setting.fallbackSays !== undefined) return setting.fallbackSays
  return setting.fallback === null ? 'not set' : `\`${valueText(setting.fallback)}\``
}
