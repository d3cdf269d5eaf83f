import { fallbackText, valueText } from '../../src/config/describe.ts'
import type { Group, Setting } from '../../src/config/setting.ts'
import { configEntries, type VariableName } from '../../src/config/variables.ts'
import { markdownTable } from './markdown.ts'

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
