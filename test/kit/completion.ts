import type { TestOrganization } from './builders/organization.ts'
import { aBrand, aCampaign, withOwnCampaigns } from './builders/requests.ts'
import type { TestApp } from './servers/app.ts'
import type { Client, Json, Reply } from './servers/client.ts'
import { until } from './tally.ts'

/** What completions need in many tests: profiles that can be completed, and time that passes for providers and jobs. */

export const CALLBACK_URL = 'https://your-app.com/webhook/profile-complete'

/** The published brand with another tax id: its last four digits say what the simulated registry does. */
export function brandWithTaxId(taxId: string): ReturnType<typeof aBrand> {
  const brand = aBrand()
  return { ...brand, business: { ...brand.business, taxId } }
}

/** Members of a profile that lacks nothing: a TCR application with a brand and campaigns of its own. */
export function completable(brand: object = aBrand()): Json {
  return { ...withOwnCampaigns(), brand }
}

export interface CompletableOptions {
  brand?: object
  campaign?: object | null
  settings?: Json
  /** Further members of its creation. */
  members?: Json
}

/** A profile with brand, campaign and SMS number, ready to be completed. */
export async function completableProfile(
  org: TestOrganization,
  { brand = aBrand(), campaign = aCampaign(), settings = {}, members = {} }: CompletableOptions = {},
): Promise<{ id: string; campaignId: string }> {
  const { id } = await org.profile({ ...completable(brand), ...members })
  const patched = await org.admin.patch(`/v3/profiles/${id}`, { sending_phone_number: '+12025550123', ...settings })
  if (patched.status !== 200) throw new Error(patched.text)
  if (campaign === null) return { id, campaignId: '' }
  const made = await org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign })
  if (made.status !== 201) throw new Error(made.text)
  return { id, campaignId: String(made.data.id) }
}

/** A profile that inherits the brand of the organization and has a campaign of its own. */
export async function inheritingProfile(org: TestOrganization): Promise<{ id: string; campaignId: string }> {
  const { id } = await org.profile({
    short_name: 'SALES',
    description: 'Appointment reminders for customers',
    inherit_tcr_brand: true,
    inherit_tcr_campaign: false,
  })
  await org.admin.patch(`/v3/profiles/${id}`, { sending_phone_number: '+12025550123' })
  const made = await org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: aCampaign() })
  if (made.status !== 201) throw new Error(made.text)
  return { id, campaignId: String(made.data.id) }
}

export function complete(
  client: Client,
  id: string,
  headers: Record<string, string> = {},
  webHookUrl = CALLBACK_URL,
): Promise<Reply> {
  return client.post(`/v3/profiles/${id}/complete`, { webHookUrl }, headers)
}

export interface ShownStep {
  step: string
  subject_id: string | null
  state: string
  attempts: number
  says: string | null
  feedback: { category: string; fields: string[]; says: string }[]
  next_try_at: string | null
  fee: number | null
  snapshot: { id: string; sha256: string; frozen_at: string } | null
}

export interface ShownRegistration extends Json {
  state: string
  profile_status: string
  run: number
  fees_total: number | null
  steps: ShownStep[]
}

export async function registrationOf(client: Client, id: string): Promise<ShownRegistration> {
  const reply = await client.get(`/v3/profiles/${id}/registration`)
  if (reply.status !== 200) throw new Error(reply.text)
  return reply.data as ShownRegistration
}

export function stepOf(registration: ShownRegistration, name: string): ShownStep {
  const step = registration.steps.find(({ step: known }) => known === name)
  if (step === undefined) throw new Error(`there is no step ${name}`)
  return step
}

/** What is waited for is over: the registry has scored, reviewers have decided, and every job looks again. */
export async function letTimePass(app: TestApp, { hours = 1 }: { hours?: number } = {}): Promise<void> {
  app.providerClock.advance(hours * 3_600_000)
  await app.sql(
    `update registrations set steps = (
       select jsonb_agg(case when s->>'next_try_at' is null then s
                             else jsonb_set(s, '{next_try_at}', '0'::jsonb) end order by n)
         from jsonb_array_elements(steps) with ordinality as e(s, n))`,
  )
  await app.sql("update jobs set due_at = now() where kind in ('advance_registration', 'end_campaign')")
  await app.app.jobs.runDue()
}

/** Resolves once a run waits for the brand that another one registers: whoever looks only after that one's end never waits. */
export function anotherWaitsForBrand(app: TestApp): Promise<void> {
  return until('another run waits for the brand', async () => {
    const waiting = await app.sql(
      `select 1 from registrations, jsonb_array_elements(steps) as s
        where s->>'step' = 'brand' and s->>'next_try_at' is not null`,
    )
    return waiting.length === 1
  })
}

/** The settling time is over for every call that has no answer. */
export async function letSettle(app: TestApp): Promise<void> {
  await app.sql(
    `update registrations set steps = (
       select jsonb_agg(case when s->>'state' in ('unknown', 'calling') then jsonb_set(s, '{called_at}', '0'::jsonb) else s end order by n)
         from jsonb_array_elements(steps) with ordinality as e(s, n))`,
  )
}

/** Lets time pass until nothing is under way any more, or `turns` are over. */
export async function settle(app: TestApp, client: Client, id: string, turns = 12): Promise<ShownRegistration> {
  for (let turn = 0; ; turn += 1) {
    await letTimePass(app)
    const registration = await registrationOf(client, id)
    const isOver = !['running', 'waiting'].includes(registration.state)
    if (isOver || turn === turns) return registration
  }
}
