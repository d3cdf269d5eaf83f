import { send } from './traffic/http.mjs'
import { aBrand, aCampaign } from './traffic/request-bodies.mjs'

/** What goals about the submission of brands need of the API. */

const callback = 'https://hooks.example.com/complete'

/** A tax id by which a submission is known again. */
export function taxIdOf(round) {
  return `87-${String(6_500_000 + round)}`
}

/** A profile that lacks nothing to be completed. @returns {Promise<string>} its id */
export async function completable(environment, round) {
  const id = await environment.profile({
    name: `Profile ${round}`,
    short_name: 'PROVE',
    description: 'To be completed',
    inherit_tcr_campaign: false,
    brand: aBrand({ taxId: taxIdOf(round), city: 'Before' }),
  })
  const { status, text } = await send(environment.url, 'POST', `/v3/profiles/${id}/campaigns`, {
    key: environment.acme.admin,
    body: { campaign: aCampaign() },
  })
  if (status !== 201) throw new Error(`no campaign: ${status} ${text}`)
  return id
}

/** Asks one of two instances to complete the profile. */
export function complete(environment, at, id) {
  const body = { webHookUrl: callback }
  return send(environment.instances[at % 2].url, 'POST', `/v3/profiles/${id}/complete`, {
    key: environment.acme.admin,
    body,
  })
}

/** Lets the next tries of background work begin now, as if their time had passed. */
export function hasten(environment) {
  return environment.query('update jobs set due_at = now() where due_at > now() and lease_until is null')
}

/** The brand of a profile as the API shows it. */
export async function brandOf(environment, id) {
  return (await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })).json.data.brand
}

/** What the registry holds for the tax id of a round. @param {import('../fakes/registry.mjs').FakeRegistry} registry */
export function submittedOf(registry, round) {
  const digits = taxIdOf(round).replace('-', '')
  return registry.brands.filter(({ fields }) => String(fields.ein).replace('-', '') === digits)
}
