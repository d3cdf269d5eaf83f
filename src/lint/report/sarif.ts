import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Finding, Severity } from '../finding.ts'
import { RULES } from '../lint.ts'

/** Findings as SARIF 2.1.0 (OASIS), as code scanners and editors read them. */

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  block: 'error',
  reject: 'error',
  warn: 'warning',
  note: 'note',
}

/** A finding, and the line of the file that holds its packet; null where the file is one packet. */
export interface LocatedFinding {
  finding: Finding
  line: number | null
}

function ruleOf(rule: (typeof RULES)[number]): JsonObject {
  return {
    id: rule.id,
    shortDescription: { text: rule.message },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { severity: rule.severity, certainty: rule.certainty, codes: [...rule.codes] },
  }
}

function resultOf({ finding, line }: LocatedFinding, uri: string): JsonObject {
  const { rule, pointer, severity, certainty, message, codes, source, as_of, cost_usd } = finding
  return {
    ruleId: rule,
    level: LEVELS[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, ...(line === null ? {} : { region: { startLine: line } }) },
        logicalLocations: [{ fullyQualifiedName: pointer, kind: 'member' }],
      },
    ],
    properties: { severity, certainty, codes: [...codes], source, as_of, cost_usd },
  }
}

/** A path as a reference to it: relative, with its signs encoded. */
function uriOf(path: string): string {
  return path === '-' ? 'stdin' : encodeURI(path.replace(/\\/g, '/')).replace(/[?#]/g, encodeURIComponent)
}

/** The log of one run over one file. */
export function toSarif(
  found: readonly LocatedFinding[],
  { path, version }: { path: string; version: string },
): JsonObject {
  const uri = uriOf(path)
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'letterhead lint', semanticVersion: version, rules: RULES.map(ruleOf) } },
        results: found.map((one) => resultOf(one, uri)),
      },
    ],
  }
}
