import { finishJob, type Job, postponeJob } from '../../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../../jobs/worker.ts'
import { findNumberSources, numberOf } from '../../profiles/index.ts'
import { isListed, VERIFIED } from '../accept/plan.rules.ts'
import type { CallName, RegistrationState, Step } from '../registration.fields.ts'
import { callProvider, campaignOfNumber } from './call-provider.ts'
import { loadRun, type RegistrationOptions, type RunState } from './load.ts'
import { recordIntent } from './order.ts'
import { persist } from './persist.ts'
import { refresh } from './refresh.ts'
import { begun, type NextAction, nextAction, type ProviderRequest, READS, woken } from './rules/next-action.rules.ts'
import { resultOf } from './rules/result.rules.ts'
import { finished } from './rules/step.rules.ts'
import { apply } from './rules/transition.rules.ts'
import { takeBrandOver } from './take-over-brand.ts'

/**
 * Advances a registration: reads everything, takes the next action, asks the provider with no transaction open, writes what
 * follows, and so on until the run has to wait. Each write carries the fence that was read, so two workers that hold the same
 * job for a while do not do a thing twice.
 */
export function advanceRegistrationJob(options: RegistrationOptions): JobHandler {
  return async (job) => {
    for (let iteration = 1; iteration <= ITERATIONS_MAX; iteration += 1) {
      const next = await runIteration(options, job, job.is_woken === true && iteration === 1)
      if (next !== 'again') return handBack(options, job, next)
    }
    return handBack(options, job, { kind: 'postponed', delayMs: AFTER_ITERATIONS_MS, isAttempt: false })
  }
}

const ITERATIONS_MAX = 60
const AFTER_ITERATIONS_MS = 1_000
/** What the actions may have left due: whoever waits for it should not wait for the next look. */
const LEFT_DUE = ['fan_out_event', 'deliver_callback']

/** Hands the job back. A registration waits for days, so a failure of the past must not add up with one of next week. */
async function handBack({ db }: RegistrationOptions, job: Job, next: Next): Promise<Next> {
  if (next.kind === 'finished') await finishJob(db, job)
  else if (next.kind === 'postponed' && !next.isAttempt)
    await postponeJob(db, job, { delayMs: next.delayMs, attempts: 0 })
  else return next
  return { kind: 'settled', wakes: LEFT_DUE }
}
const FINISHED: Next = { kind: 'finished' }
const OTHERS_BRAND_MS = 15_000

/** The states in which there is a next action. */
const AT_WORK: ReadonlySet<RegistrationState> = new Set(['running', 'waiting', 'parked'])

type Iteration = Next | 'again'

async function runIteration(options: RegistrationOptions, job: Job, isWoken: boolean): Promise<Iteration> {
  const run = await loadRun(options.db, options.keys, job)
  if (run === null) return FINISHED
  if (!AT_WORK.has(run.registration.state)) {
    await refresh(options, run)
    return FINISHED
  }
  const { steps } = run.registration
  const action = nextAction(isWoken ? woken(steps) : steps, run.now, options.leaseMs)
  if (run.isDeleted) return withdraw(options, run, action)
  return takeAction(options, run, action)
}

async function takeAction(options: RegistrationOptions, run: RunState, action: NextAction): Promise<Iteration> {
  switch (action.kind) {
    case 'ask':
      return askAndRecord(options, run, action)
    case 'copy_numbers':
      return copyNumbers(options, run, action.index)
    case 'await_brand':
      return awaitBrand(options, run, action.index)
    case 'set_status':
      return setStatus(options, run, action.index)
    case 'wait':
      return waitFor(options, run, action)
    case 'correct':
      return ended(await persist(options, run, { rest: { kind: 'failed', step: stepAt(run, action.index) } }))
    case 'parked':
      return park(options, run, action.index)
    case 'finished':
      return FINISHED
  }
}

function stepAt({ registration }: RunState, index: number): Step {
  const step = registration.steps[index]
  if (step === undefined) throw new Error('a registration has lost a step')
  return step
}

function ended(isWritten: boolean): Iteration {
  return isWritten ? FINISHED : 'again'
}

async function askAndRecord(
  options: RegistrationOptions,
  run: RunState,
  { index, question }: { index: number; question: ProviderRequest },
): Promise<Iteration> {
  const before = stepAt(run, index)
  if (isAboutDeletedCampaign(run, before)) {
    const step = { ...finished(before, 'The campaign was deleted.'), state: 'skipped' as const }
    await persist(options, run, { step: { index, step } })
    return 'again'
  }
  if (READS.has(question)) return answerAndRecord(options, run, { index, step: before, question })
  const step = begun(before, question as CallName, run.now)
  if (!(await recordIntent(options, run, { index, before, begun: step }))) return 'again'
  const registration = {
    ...run.registration,
    steps: run.registration.steps.map((known, at) => (at === index ? step : known)),
    fence: run.registration.fence + 1,
  }
  return answerAndRecord(options, { ...run, registration }, { index, step, question })
}

/** An unknown outcome is still looked up: a campaign that the registry has after all must be ended there. */
function isAboutDeletedCampaign({ campaigns }: RunState, { step, subject, state }: Step): boolean {
  if (step !== 'campaign' && step !== 'campaign_review') return false
  return state !== 'unknown' && state !== 'calling' && !campaigns.some(({ id }) => id === subject)
}

async function answerAndRecord(
  options: RegistrationOptions,
  run: RunState,
  { index, step, question }: { index: number; step: Step; question: ProviderRequest },
): Promise<Iteration> {
  const startedAt = performance.now()
  const response = await callProvider(options, run, { step, question })
  const now = run.now + Math.round(performance.now() - startedAt)
  const applied = apply(step, question, response, {
    now,
    random: Math.random(),
    isListed: isListed(run.brand),
    isVerified: VERIFIED.includes(run.brand?.identity_status ?? ''),
    settleMs: options.settleMs,
    fees: options.ports.brandRegistry?.fees() ?? { brand: null, revet: null, vetting: null, campaignReview: null },
    hasCampaign: step.step === 'carrier' && (await campaignOfNumber(options.db, run)) !== null,
  })
  const isWritten = await persist(
    options,
    { ...run, now },
    { step: { index, step: applied.step }, effects: applied.effects },
  )
  if (!isWritten)
    options.log.warn('registration_overtaken', { registration: run.registration.id, step: step.step, call: question })
  return 'again'
}

async function copyNumbers(options: RegistrationOptions, run: RunState, index: number): Promise<Iteration> {
  const { profile } = run
  const sms = profile.sending_phone_number_profile_id
  const whatsapp = profile.sending_whatsapp_number_profile_id
  const reached = await findNumberSources(options.db, run.organizationId, { sms, whatsapp })
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
  const before = stepAt(run, index)
  const says = 'The profile that is pointed to no longer exists.'
  const step: Step =
    gone.length > 0
      ? { ...before, state: 'correction_needed', says, feedback: [{ category: 'NUMBERS', fields: gone, says }] }
      : finished(
          before,
          Object.keys(numbers).length > 0 ? 'The numbers are copied.' : 'There is no other number to copy.',
        )
  await persist(options, run, { step: { index, step }, numbers })
  return 'again'
}

/** The organization's brand is registered once, by whichever completion came first; the others wait for it, or take it over. */
async function awaitBrand(options: RegistrationOptions, run: RunState, index: number): Promise<Iteration> {
  const before = stepAt(run, index)
  // What the registry doubts and gave back is not paid for again uncorrected: its identity tells this run why, as the other.
  const isDoubted = run.brand?.lock === null && run.brand.identity_status === 'UNVERIFIED'
  if (run.brand?.lock === 'submitted' || isDoubted) {
    await persist(options, run, { step: { index, step: finished(before, 'The registry has the brand.') } })
    return 'again'
  }
  if (run.brand?.lock === null) {
    await takeBrandOver(options, run, index)
    return 'again'
  }
  const step = { ...before, waiting_since: before.waiting_since ?? run.now, next_try_at: run.now + OTHERS_BRAND_MS }
  await persist(options, run, { step: { index, step } })
  return 'again'
}

async function setStatus(options: RegistrationOptions, run: RunState, index: number): Promise<Iteration> {
  const { profile, brand, brandOwnerId, registration, campaigns } = run
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
  const step = finished(stepAt(run, index), because)
  return ended(await persist(options, run, { step: { index, step }, rest: { kind: 'result', result } }))
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
  run: RunState,
  { untilMs, isReview }: Extract<NextAction, { kind: 'wait' }>,
): Promise<Iteration> {
  if (isReview && run.registration.state !== 'waiting') {
    if (!(await persist(options, run, { rest: { kind: 'reviewed_there' } }))) return 'again'
  }
  return { kind: 'postponed', delayMs: Math.max(0, untilMs - run.now), isAttempt: false }
}

/** The job stays as a parked row, which the gauges count until a person has dealt with it. */
async function park(options: RegistrationOptions, run: RunState, index: number): Promise<Iteration> {
  const { log, metrics } = options
  const step = stepAt(run, index)
  if (!(await persist(options, run, { rest: { kind: 'parked', step } }))) return 'again'
  return {
    kind: 'parked',
    report: () => {
      metrics.registrationParked(step.step)
      log.error('registration_parked', {
        organization: run.organizationId,
        profile: run.registration.profileId,
        registration: run.registration.id,
        step: step.step,
        call: step.call,
      })
    },
  }
}

/** The profile is deleted: nothing more is sent, but what may have happened is still looked up, so that it can be ended. */
async function withdraw(options: RegistrationOptions, run: RunState, action: NextAction): Promise<Iteration> {
  const isOpen = 'index' in action && ['unknown', 'calling'].includes(stepAt(run, action.index).state)
  if (isOpen && action.kind === 'wait')
    return { kind: 'postponed', delayMs: Math.max(0, action.untilMs - run.now), isAttempt: false }
  if (isOpen && action.kind === 'ask' && READS.has(action.question)) return askAndRecord(options, run, action)
  return ended(await persist(options, run, { rest: { kind: 'withdrawn' } }))
}
