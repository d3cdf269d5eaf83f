import { BrandFacts } from './facts/brand-facts.ts'
import { CampaignFacts } from './facts/campaign-facts.ts'
import { FEES, type Fee } from './fees.ts'
import type { BrandRule, CampaignRule, Finding, Hit, LintReport, RuleText, Severity, Summary } from './finding.ts'
import type { LintPacket } from './packet.ts'
import { BRAND_RULES, CAMPAIGN_RULES } from './rules/index.ts'
import { SOURCES } from './sources.ts'

/** One line of a text as it is quoted. */
const QUOTED_MAX = 60

const ORDER: readonly Severity[] = ['block', 'reject', 'warn', 'note']

/** Rules whose words also stand innocently, in a pharmacy's texts or a bank's: who sends may say so. */
const ACKNOWLEDGEABLE: ReadonlySet<string> = new Set(['C18', 'C19'])

function sentence(message: string, found: string | undefined): string {
  if (found === undefined || found === '') return message
  const quoted = found.replace(/\s+/g, ' ').trim()
  const shown = quoted.length > QUOTED_MAX ? `${quoted.slice(0, QUOTED_MAX)}…` : quoted
  return message.endsWith('.') ? `${message} Found: ${shown}.` : `${message}: ${shown}.`
}

function findingOf(rule: RuleText, hit: Hit): Finding {
  const severity = hit.severity ?? rule.severity
  const isCostly = severity === 'block' || severity === 'reject'
  return {
    rule: rule.id,
    pointer: hit.at,
    severity,
    certainty: rule.certainty,
    message: sentence(rule.message, hit.found),
    fix: hit.fix ?? null,
    codes: rule.codes,
    source: SOURCES[rule.source].name,
    as_of: rule.asOf ?? SOURCES[rule.source].asOf,
    cost_usd: isCostly && rule.fee !== null ? FEES[rule.fee].usd : 0,
  }
}

/** What is found, with the fees that are lost where it strikes, each once for a brand and once for a campaign. */
class Findings {
  readonly found: Finding[] = []
  readonly #atRisk = new Map<string, number>()
  readonly #acknowledged: ReadonlySet<string>

  constructor(acknowledged: readonly string[]) {
    this.#acknowledged = new Set(acknowledged.filter((id) => ACKNOWLEDGEABLE.has(id)))
  }

  add(rule: RuleText, hits: readonly Hit[], subject: string): void {
    if (this.#acknowledged.has(rule.id)) return
    for (const hit of hits) {
      const finding = findingOf(rule, hit)
      this.found.push(finding)
      if (finding.cost_usd > 0) this.#atRisk.set(`${subject} ${rule.fee}`, finding.cost_usd)
    }
  }

  get atRisk(): number {
    return sum([...this.#atRisk.values()])
  }
}

function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, amount) => total + amount, 0) * 100) / 100
}

/** What a submission of the packet is charged at once, whatever comes of it. */
function costOf({ brand, campaigns }: LintPacket, entityType: string | null): number {
  const fees: Fee[] = [
    ...(brand === null ? [] : (['brand'] as const)),
    ...(entityType === 'PUBLIC_PROFIT' ? (['authentication'] as const) : []),
    ...campaigns.map(() => 'campaign' as const),
  ]
  return sum(fees.map((fee) => FEES[fee].usd))
}

function summaryOf(findings: Findings, packet: LintPacket, entityType: string | null): Summary {
  const count = (severity: Severity) => findings.found.filter((finding) => finding.severity === severity).length
  return {
    block: count('block'),
    reject: count('reject'),
    warn: count('warn'),
    note: count('note'),
    at_risk_usd: findings.atRisk,
    cost_usd: costOf(packet, entityType),
  }
}

/**
 * What a registry, a reviewer or a carrier would refuse in a packet, and what is worth knowing before it is paid for. Pure: it
 * asks nobody. The gravest come first, each group in the order of the rules. Of a tax number nothing is quoted; the patches
 * hold what the packet holds.
 */
export function lint(packet: LintPacket): LintReport {
  const brand = new BrandFacts(packet)
  const findings = new Findings(packet.acknowledged)
  if (brand.isThere) for (const rule of BRAND_RULES) findings.add(rule, rule.find(brand), 'brand')
  packet.campaigns.forEach((_, index) => {
    const campaign = new CampaignFacts(brand, index)
    for (const rule of CAMPAIGN_RULES) findings.add(rule, rule.find(campaign), campaign.pointer)
  })
  const sorted = ORDER.flatMap((severity) => findings.found.filter((finding) => finding.severity === severity))
  return { findings: sorted, summary: summaryOf(findings, packet, brand.entityType) }
}

/** Whether nothing was found that would be refused. */
export function isSubmittable({ summary }: Pick<LintReport, 'summary'>): boolean {
  return summary.block === 0 && summary.reject === 0
}

/** Every rule, for lists and tests. */
export const RULES: readonly (BrandRule | CampaignRule)[] = [...BRAND_RULES, ...CAMPAIGN_RULES]
