import { finishJob, type Job, postponeJob } from '../../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../../jobs/worker.ts'
import { findNumberSources, numberOf } from '../../profiles/index.ts'
import { isListed, VERIFIED } from '../accept/plan.rules.ts'
import type { CallName, RegistrationState, Step } from '../registration.fields.ts'
import { ask, campaignOfNumber } from './call-provider.ts'
import { loadRun, type RegistrationOptions, type RunState } from './load.ts'
import { recordIntent } from './order.ts'
import { record } from './persist.ts'
import { refresh } from './refresh.ts'
import { begun, type NextAction, nextAction, type ProviderRequest, READS, woken } from './rules/next-action.rules.ts'
import { resultOf } from './rules/result.rules.ts'
import { finished } from './rules/step.rules.ts'
import { apply } from './rules/transition.rules.ts'
import { takeBrandOver } from './take-over-brand.ts'

/**
 * Brings a registration callProviders: reads everything, takes the next move, asks the provider with no transaction open, writes what
 * follows, and so on until it has to wait. Each write carries the fence that was read, so two workers that hold the same job
 * for a while do not do a thing twice.
 */
export function advanceRegistrationJob(options: RegistrationOptions): JobHandler {
  return async (job) => {
    for (let turn = 1; turn <= ITERATIONS_MAX; turn += 1) {
      const next = await runIteration(options, job, job.is_woken === true && turn === 1)
      if (next !== 'again') return settle(options, job, next)
    }
    return settle(options, job, { kind: 'postponed', delayMs: AFTER_ITERATIONS_MS, isAttempt: false })
  }
}

const ITERATIONS_MAX = 60
const AFTER_ITERATIONS_MS = 1_000
/** What the moves may have left due: whoever waits for it should not wait for the next look. */
const LEFT_DUE = ['fan_out_event', 'deliver_callback']

/** Ends the job's turn. A registration waits for days, so a failure of the past must not add up with one of next week. */
async function settle({ db }: RegistrationOptions, job: Job, next: Next): Promise<Next> {
  if (next.kind === 'finished') await finishJob(db, job)
  else if (next.kind === 'postponed' && !next.isAttempt)
    await postponeJob(db, job, { delayMs: next.delayMs, attempts: 0 })
  else return next
  return { kind: 'settled', wakes: LEFT_DUE }
}
const FINISHED: Next = { kind: 'finished' }
const OTHERS_BRAND_MS = 15_000

/** The states in which there is a next move. */
const AT_WORK: ReadonlySet<RegistrationState> = new Set(['running', 'waiting', 'parked'])

type Turn = Next | 'again'

async function runIteration(options: RegistrationOptions, job: Job, isWoken: boolean): Promise<Turn> {
  const work = await loadRun(options.db, options.keys, job)
  if (work === null) return FINISHED
  if (!AT_WORK.has(work.registration.state)) {
    await refresh(options, work)
    return FINISHED
  }
  const { steps } = work.registration
  const move = nextAction(isWoken ? woken(steps) : steps, work.now, options.leaseMs)
  if (work.isDeleted) return withdraw(options, work, move)
  return takeAction(options, work, move)
}

async function takeAction(options: RegistrationOptions, work: RunState, move: NextAction): Promise<Turn> {
  switch (move.kind) {
    case 'ask':
      return askAndRecord(options, work, move)
    case 'copy_numbers':
      return copyNumbers(options, work, move.index)
    case 'await_brand':
      return awaitBrand(options, work, move.index)
    case 'set_status':
      return setStatus(options, work, move.index)
    case 'wait':
      return waitFor(options, work, move)
    case 'correct':
      return ended(await record(options, work, { rest: { kind: 'failed', step: stepAt(work, move.index) } }))
    case 'parked':
      return park(options, work, move.index)
    case 'finished':
      return FINISHED
  }
}

function stepAt({ registration }: RunState, index: number): Step {
  const step = registration.steps[index]
  if (step === undefined) throw new Error('a registration has lost a step')
  return step
}

function ended(isWritten: boolean): Turn {
  return isWritten ? FINISHED : 'again'
}

async function askAndRecord(
  options: RegistrationOptions,
  work: RunState,
  { index, question }: { index: number; question: ProviderRequest },
): Promise<Turn> {
  const before = stepAt(work, index)
  if (isAboutDeletedCampaign(work, before)) {
    const step = { ...finished(before, 'The campaign was deleted.'), state: 'skipped' as const }
    await record(options, work, { step: { index, step } })
    return 'again'
  }
  if (READS.has(question)) return answerAndRecord(options, work, { index, step: before, question })
  const step = begun(before, question as CallName, work.now)
  if (!(await recordIntent(options, work, { index, before, begun: step }))) return 'again'
  const registration = {
    ...work.registration,
    steps: work.registration.steps.map((known, at) => (at === index ? step : known)),
    fence: work.registration.fence + 1,
  }
  return answerAndRecord(options, { ...work, registration }, { index, step, question })
}

/** An unknown outcome is still looked up: a campaign that the registry has after all must be ended there. */
function isAboutDeletedCampaign({ campaigns }: RunState, { step, subject, state }: Step): boolean {
  if (step !== 'campaign' && step !== 'campaign_review') return false
  return state !== 'unknown' && state !== 'calling' && !campaigns.some(({ id }) => id === subject)
}

async function answerAndRecord(
  options: RegistrationOptions,
  work: RunState,
  { index, step, question }: { index: number; step: Step; question: ProviderRequest },
): Promise<Turn> {
  const startedAt = performance.now()
  const reply = await ask(options, work, { step, question })
  const now = work.now + Math.round(performance.now() - startedAt)
  const applied = apply(step, question, reply, {
    now,
    random: Math.random(),
    isListed: isListed(work.brand),
    isVerified: VERIFIED.includes(work.brand?.identity_status ?? ''),
    settleMs: options.settleMs,
    fees: options.ports.brandRegistry?.fees() ?? { brand: null, revet: null, vetting: null, campaignReview: null },
    hasCampaign: step.step === 'carrier' && (await campaignOfNumber(options.db, work)) !== null,
  })
  const isWritten = await record(
    options,
    { ...work, now },
    { step: { index, step: applied.step }, effects: applied.effects },
  )
  if (!isWritten)
    options.log.warn('registration_overtaken', { registration: work.registration.id, step: step.step, call: question })
  return 'again'
}

async function copyNumbers(options: RegistrationOptions, work: RunState, index: number): Promise<Turn> {
  const { profile } = work
  const sms = profile.sending_phone_number_profile_id
  const whatsapp = profile.sending_whatsapp_number_profile_id
  const reached = await findNumberSources(options.db, work.organizationId, { sms, whatsapp })
  const numbers: { sending_phone_number?: string; whatsapp_phone_number?: string } = {}
  const gone = []
  for (const [channel, from, member, reference] of [
    ['sms', sms, 'sending_phone_number', 'sending_phone_number_profile_id'],
    ['whatsapp', whatsapp, 'whatsapp_phone_number', 'sending_whatsapp_number_profile_id'],
  ] as const) {
    if (from === null) continue
    if (!reached.some(({ id }) => id === from)) gone.push(reference)
    const number = numberOf(channel, from, reached)
    if (number !== null && number !== profile[member]) numbers[member] = number
  }
  const before = stepAt(work, index)
  const says = 'The profile that is pointed to no longer exists.'
  const step: Step =
    gone.length > 0
      ? { ...before, state: 'correction_needed', says, feedback: [{ category: 'NUMBERS', fields: gone, says }] }
      : finished(
          before,
          Object.keys(numbers).length > 0 ? 'The numbers are copied.' : 'There is no other number to copy.',
        )
  await record(options, work, { step: { index, step }, numbers })
  return 'again'
}

/** The organization's brand is registered once, by whichever completion came first; the others wait for it, or take it over. */
async function awaitBrand(options: RegistrationOptions, work: RunState, index: number): Promise<Turn> {
  const before = stepAt(work, index)
  // What the registry doubts and gave back is not paid for again uncorrected: its identity tells this run why, as the other.
  const isDoubted = work.brand?.lock === null && work.brand.identity_status === 'UNVERIFIED'
  if (work.brand?.lock === 'submitted' || isDoubted) {
    await record(options, work, { step: { index, step: finished(before, 'The registry has the brand.') } })
    return 'again'
  }
  if (work.brand?.lock === null) {
    await takeBrandOver(options, work, index)
    return 'again'
  }
  const step = { ...before, waiting_since: before.waiting_since ?? work.now, next_try_at: work.now + OTHERS_BRAND_MS }
  await record(options, work, { step: { index, step } })
  return 'again'
}

async function setStatus(options: RegistrationOptions, work: RunState, index: number): Promise<Turn> {
  const { profile, brand, brandOwnerId, registration, campaigns } = work
  const inheritsBrand = brandOwnerId !== registration.profileId
  const { result, because } = resultOf({
    hasSms: profile.sending_phone_number !== null,
    hasWhatsapp: profile.whatsapp_phone_number !== null || hasOwnNumber(registration.steps),
    isTcrApplication: brand?.compliance.is_tcr_application === true,
    inheritsBrand,
    inheritsCampaign: profile.inherit_tcr_campaign,
    isBrandSubmitted: brand?.lock === 'submitted',
    areCampaignsSubmitted: campaigns.length > 0 && campaigns.every(({ lock }) => lock === 'submitted'),
    hasMainDestination: hasMainDestination(brand?.compliance.destination_countries),
  })
  const step = finished(stepAt(work, index), because)
  return ended(await record(options, work, { step: { index, step }, rest: { kind: 'result', result } }))
}

/** WhatsApp has a number of the profile's own account. */
function hasOwnNumber(steps: readonly Step[]): boolean {
  return steps.some(({ step, state }) => step === 'whatsapp' && state === 'done')
}

function hasMainDestination(countries: unknown): boolean {
  return Array.isArray(countries) && countries.some((country: { isMain?: unknown }) => country.isMain === true)
}

async function waitFor(
  options: RegistrationOptions,
  work: RunState,
  { untilMs, isReview }: Extract<NextAction, { kind: 'wait' }>,
): Promise<Turn> {
  if (isReview && work.registration.state !== 'waiting') {
    if (!(await record(options, work, { rest: { kind: 'reviewed_there' } }))) return 'again'
  }
  return { kind: 'postponed', delayMs: Math.max(0, untilMs - work.now), isAttempt: false }
}

/** The job stays as a parked row, which the gauges count until a person has dealt with it. */
async function park(options: RegistrationOptions, work: RunState, index: number): Promise<Turn> {
  const { log, metrics } = options
  const step = stepAt(work, index)
  if (!(await record(options, work, { rest: { kind: 'parked', step } }))) return 'again'
  return {
    kind: 'parked',
    report: () => {
      metrics.registrationParked(step.step)
      log.error('registration_parked', {
        organization: work.organizationId,
        profile: work.registration.profileId,
        registration: work.registration.id,
        step: step.step,
        call: step.call,
      })
    },
  }
}

/** The profile is deleted: nothing more is sent, but what may have happened is still looked up, so that it can be ended. */
async function withdraw(options: RegistrationOptions, work: RunState, move: NextAction): Promise<Turn> {
  const isOpen = 'index' in move && ['unknown', 'calling'].includes(stepAt(work, move.index).state)
  if (isOpen && move.kind === 'wait')
    return { kind: 'postponed', delayMs: Math.max(0, move.untilMs - work.now), isAttempt: false }
  if (isOpen && move.kind === 'ask' && READS.has(move.question)) return askAndRecord(options, work, move)
  return ended(await record(options, work, { rest: { kind: 'withdrawn' } }))
}
