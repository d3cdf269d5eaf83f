import { Failure } from '../../../contract/failure.ts'
import { knownOfNumber } from '../../../contract/text/phone-forms.ts'
import type { Ports, ReadEndpoint } from '../../../http/endpoint.ts'
import type { NumberFacts } from '../../../ports/carrier.ts'
import { numberResponse } from '../number.fields.ts'
import { readLookedUp, shownNumber } from '../number.rules.ts'

/**
 * What the carrier says; null where it cannot be asked or does not answer.
 *
 * @throws Failure RESOURCE_013 for a number that it does not know.
 */
async function askCarrier({ carrier }: Ports, phoneNumber: string, signal: AbortSignal): Promise<NumberFacts | null> {
  const outcome = await carrier?.lookUpNumber?.({ phoneNumber, signal })
  if (outcome?.kind === 'refused') throw new Failure('RESOURCE_013')
  return outcome?.kind === 'done' ? outcome.value : null
}

/** `GET /v3/numbers/lookup/{phoneNumber}`. */
export const lookUpNumber: ReadEndpoint<null> = {
  kind: 'read',
  operation: 'lookUpNumber',
  method: 'GET',
  path: '/v3/numbers/lookup/:phoneNumber',
  rateClass: 'standard',
  status: 200,
  errors: ['VALIDATION_001', 'RESOURCE_013'],
  failPhrase: { sentence: 'An unexpected error occurred' },
  document: {
    tag: 'Numbers',
    summary: 'Look up a phone number',
    description:
      'Answers what is known of a number: what its numbering plan says, and where a carrier is asked and answers, what that says. Nothing is guessed: what nobody knows is null.',
    answer: numberResponse,
  },
  read: async (_db, { params }, { ports, deadline }) => {
    const phoneNumber = readLookedUp(params.phoneNumber)
    const facts = await askCarrier(ports, phoneNumber, deadline())
    return { data: shownNumber(phoneNumber, knownOfNumber(phoneNumber), facts) }
  },
}
