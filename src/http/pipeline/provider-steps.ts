import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { WhatsappCredentials } from '../../ports/whatsapp.ts'
import type { Call, Ports, ProviderStep } from '../endpoint.ts'

/** The step that forwards the request's card, none without one. What comes back is the processor's reference. */
export function cardStep(
  ports: Ports,
  call: Call,
  owner: { profileId: string; customer: string | null },
): ProviderStep[] {
  const card = call.card?.card ?? null
  if (card === null) return []
  const { payments } = ports
  const payer = { organizationId: call.caller.organization.organization_id, ...owner }
  const run: ProviderStep['run'] =
    payments === null
      ? null
      : async (onceKey, signal) => {
          const outcome = await payments.attachCard({ onceKey, payer, card, signal })
          if (outcome.kind !== 'done') return outcome
          const { processor, customer, reference, cardBrand, lastFour } = outcome.value
          const method: JsonObject = { processor, customer, reference, card_brand: cardBrand, last_four: lastFour }
          return { kind: 'done', value: { payment_method: method } }
        }
  return [{ name: 'payments', root: 'payment_details', run }]
}

/** The step that verifies direct WhatsApp credentials. It changes nothing at the provider. */
export function whatsappStep(ports: Ports, credentials: WhatsappCredentials | null): ProviderStep[] {
  if (credentials === null) return []
  const { whatsapp } = ports
  const run: ProviderStep['run'] =
    whatsapp === null
      ? null
      : async (_onceKey, signal) => {
          const outcome = await whatsapp.verifyAccount({ credentials, signal })
          return outcome.kind === 'done'
            ? { kind: 'done', value: { waba_phone_number_id: outcome.value.phoneNumberId } }
            : outcome
        }
  return [{ name: 'whatsapp', root: 'whatsapp_business_account', run }]
}

/** Nothing to callProviders: a job sends the mail. Where no mail is configured, the refusal that says so. */
export function mailNeeded(ports: Ports, root: string): ProviderStep[] {
  return ports.mail === null ? [{ name: 'mail', root, run: null }] : []
}
