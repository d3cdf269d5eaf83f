import type { LintReport, Severity } from '../finding.ts'

const dollars = (amount: number) => `US$${amount.toFixed(2)}`

function countOf(count: number, severity: Severity): string {
  return `${count} ${severity}`
}

/** A report for a person, one finding a line. */
export function toLines({ findings, summary }: LintReport): string[] {
  const lines = findings.map(({ severity, rule, pointer, message, fix }) => {
    const fixable = fix === null ? '' : ' (--fix)'
    return `${severity.padEnd(6)}  ${rule.padEnd(4)}  ${pointer}: ${message}${fixable}`
  })
  const counts = (['block', 'reject', 'warn', 'note'] as const)
    .filter((severity) => summary[severity] > 0)
    .map((severity) => countOf(summary[severity], severity))
  const cost = `A submission costs ${dollars(summary.cost_usd)} now, ${dollars(summary.at_risk_usd)} of it at risk.`
  return [...lines, `${counts.length === 0 ? 'Nothing was found' : counts.join(', ')}. ${cost}`]
}
