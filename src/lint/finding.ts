import type { JsonObject } from '../contract/fields/json-value.ts'
import type { BrandFacts } from './facts/brand-facts.ts'
import type { CampaignFacts } from './facts/campaign-facts.ts'
import type { Fee } from './fees.ts'
import type { Source } from './sources.ts'

/**
 * How bad it is: `block` is refused by a machine; `reject` is a documented reason of a rejection, which costs the fee if it
 * strikes; `warn` is documented advice or a weak sign; `note` is about money, speed and dates.
 */
export type Severity = 'block' | 'reject' | 'warn' | 'note'

/** How sure a rule is: published with an exact test; published, and the test of free text is approximate; an inference. */
export type Certainty = 'certain' | 'likely' | 'heuristic'

/** One place of a packet that breaks a rule. */
export interface Hit {
  /** RFC 6901 pointer into the packet. */
  at: string
  /** What was found there, to be quoted behind the sentence. Never a tax number. */
  found?: string
  /** Instead of the rule's own, where a weaker sign was found. */
  severity?: Severity
  /** A merge patch (RFC 7396) of the packet that takes the finding away, where one value is right. */
  fix?: JsonObject
}

export interface RuleText {
  id: string
  severity: Severity
  certainty: Certainty
  /** The fee that is lost where it strikes. */
  fee: Fee | null
  /** One sentence: what is wrong and what to do. */
  message: string
  /** Codes of those who refuse for it, with their owner in front, and a speaking name of ours. */
  codes: readonly string[]
  source: Source
  /** When the source was read, where it is not the source's own date. */
  asOf?: string
}

export interface BrandRule extends RuleText {
  find(facts: BrandFacts): readonly Hit[]
}

export interface CampaignRule extends RuleText {
  find(facts: CampaignFacts): readonly Hit[]
}

export interface Finding {
  rule: string
  pointer: string
  severity: Severity
  certainty: Certainty
  message: string
  fix: JsonObject | null
  codes: readonly string[]
  source: string
  as_of: string
  /** In US dollars; 0 where nothing is lost. */
  cost_usd: number
}

export interface Summary {
  block: number
  reject: number
  warn: number
  note: number
  /** Fees of a submission that are lost if it is refused for a finding of severity block or reject. */
  at_risk_usd: number
  /** Fees of submitting the packet now. */
  cost_usd: number
}

export interface LintReport {
  findings: Finding[]
  summary: Summary
}
