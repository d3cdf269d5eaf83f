import { markdownTable } from '../../scripts/docs/markdown.ts'
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

function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value)
      .map(([name, part]) => `${name}=${String(part)}`)
      .join(',')
  }
  return Array.isArray(value) ? value.join(',') : String(value)
}

function fallbackText(setting: Setting<unknown>): string {
  if (setting.fallbackSays !== undefined) return setting.fallbackSays
  return setting.fallback === null ? 'not set' : `\`${valueText(setting.fallback)}\``
}

/** The operations page's tables, one under each group's heading. Markdown, ends without a line break. */
export function renderConfigMarkdown(): string {
  return groups()
    .map(([group, settings]) => {
      const rows = settings.map(([name, setting]) => [
        setting.isSecret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
        fallbackText(setting),
        cell(setting.form.form),
        cell(setting.says),
      ])
      return `### ${group}\n\n${markdownTable(['Variable', 'Default', 'Accepts', 'Meaning'], rows)}`
    })
    .join('\n\n')
}

/** A file of variables to copy: every variable commented out, with its default. Ends with a line break. */
export function renderEnvExample(): string {
  const parts = groups().map(([group, settings]) => {
    const lines = settings.flatMap(([name, setting]) => [
      '',
      `# ${setting.says.replaceAll('`', '')}`,
      `# Accepts ${setting.form.form}.${setting.isSecret ? ` ${name}_FILE names a file that holds it.` : ''}`,
      `#${name}=${setting.fallback === null ? '' : valueText(setting.fallback)}`,
    ])
    return [`# --- ${group} ---`, ...lines].join('\n')
  })
  return `# Every variable of Letterhead, for the environment of the process. A blank or absent one holds its default.\n# Nothing reads this file by itself: copy it to .env, then \`set -a; . ./.env; set +a; npm start\`.\n\n${parts.join('\n\n')}\n`
}

function groups(): [Group, [VariableName, Setting<unknown>][]][] {
  const names = [...new Set(configEntries.map(([, setting]) => setting.group))]
  return names.map((group) => [group, configEntries.filter(([, setting]) => setting.group === group)])
}

/** Keeps a `<word>` from being read as HTML. */
function cell(text: string): string {
  return text.replaceAll('<', '&lt;')
}
