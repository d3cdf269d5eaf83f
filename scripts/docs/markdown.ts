/** Marks a file that nobody edits by hand. */
export const GENERATED = '<!-- Written by `npm run generate`. -->'

/** A table without padding: a changed cell changes one line of the source, and no line is longer than its content. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}
