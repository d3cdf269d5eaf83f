import { ADDRESS_HINT } from '../../../contract/address-hint.ts'
import { defaultHint } from '../../../contract/errors.ts'
import { type Details, Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { addBrokenRules, inOrder } from '../../../contract/fields/rule.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import { newId } from '../../../contract/new-id.ts'
import { newSigningSecret } from '../../../contract/tokens/signing-secret.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { type Profile, profileTarget } from '../../profiles/index.ts'
import { acceptCompletion, joinCompletion, readCompletion } from '../accept/accept.store.ts'
import {
  type CompletionInput,
  completionFacts,
  intentOf,
  isComplete,
  isUnderWay,
  needsRegistry,
} from '../accept/intent.rules.ts'
import { completedResponse, completeRequest, completeResponse, type Registration } from '../registration.fields.ts'
import { withMailAgain } from '../workflow/rules/authentication.rules.ts'
import { PREREQUISITES } from '../workflow/rules/result.rules.ts'

const check = compileCheck(completeRequest)

const MEMBERS = [
  'webHookUrl',
  'short_name',
  'description',
  'sending_phone_number_profile_id',
  'sending_whatsapp_number_profile_id',
  'brand',
  'inherit_tcr_brand',
  'campaign',
  'inherit_tcr_campaign',
  'check_again',
  'sandbox',
]

/** Why the URL would never be called. */
function urlProblems(url: unknown, call: Call<Profile>): Details {
  const problem = typeof url === 'string' ? call.urlProblem(url) : null
  if (problem === null) return {}
  return {
    webHookUrl: [problem === 'not_a_url' ? 'webHookUrl must be a valid HTTP or HTTPS URL' : `webHookUrl ${problem}`],
  }
}

/** Everything that keeps the profile from being completed, of the request and of what is stored, in one answer. */
function problemsOf(call: Call<Profile>, input: CompletionInput): Details {
  const { reading } = call
  const details: Details = {
    ...urlProblems(reading.values.webHookUrl, call),
    ...check(reading.values),
    ...call.earlyProblems,
    ...addUnknown(reading, call.isStrict),
  }
  addBrokenRules(PREREQUISITES, completionFacts(call.target, input), details)
  return inOrder(details, MEMBERS)
}

/** The run that is joined: a mail of the registry that is still to be answered is sent again, where it was sent long enough ago. */
function joined(registration: Registration): Registration {
  return { ...registration, steps: withMailAgain(registration.steps, Date.now()) ?? registration.steps }
}

function decide(call: Call<Profile>, input: CompletionInput): Plan {
  const { target: profile, caller, requestId, providers } = call
  const details = problemsOf(call, input)
  if (Object.keys(details).length > 0) {
    const hint = [defaultHint('VALIDATION_001', true), ...(details.webHookUrl === undefined ? [] : [ADDRESS_HINT])]
    throw new Failure('VALIDATION_001', { details, hint: hint.join(' ') })
  }
  if (isComplete(profile, input)) {
    const data = { status: 'completed', message: 'Profile is already completed' }
    return { status: 200, data, etag: null, write: null }
  }
  const { registration } = input
  const joins = isUnderWay(registration) ? registration : null
  const intent = joins === null ? intentOf(profile, input, providers) : null
  if (intent !== null && needsRegistry(intent.steps) && !providers.brandRegistry) {
    const says = 'The brand registry is not configured on this server'
    throw new Failure('PROVIDER_001', { details: { brand: [says] } })
  }
  const signingSecret = newSigningSecret()
  const callback = { id: newId(), url: String(call.body.webHookUrl), signingSecret }
  return {
    data: { message: 'Profile completion in progress', callback_signing_secret: signingSecret },
    etag: null,
    write: (tx, _forwarded, kept) => {
      const acceptance = { caller, requestId, profile, registration, callback, kept }
      if (joins !== null) return joinCompletion(tx, acceptance, joined(joins))
      return intent === null ? Promise.resolve(false) : acceptCompletion(tx, acceptance, intent)
    },
  }
}

/** `POST /v3/profiles/{profileId}/complete` (contract 8.12; readings 17-13, 17-21 to 17-26). */
export const completeProfile: WriteEndpoint<Profile, CompletionInput> = {
  kind: 'write',
  operation: 'completeProfile',
  method: 'POST',
  path: '/v3/profiles/:profileId/complete',
  rateClass: 'sensitive',
  status: 202,
  errors: ['RESOURCE_014', 'VALIDATION_003', 'PROVIDER_001'],
  failPhrase: 'complete profile',
  document: {
    tag: 'Profiles',
    summary: 'Complete a profile',
    description:
      'Checks that everything is there, then registers the profile in the background: brand and campaigns with the registry, numbers with the carrier and WhatsApp. From then on brand and campaigns are locked until the registry has answered. What came of it is sent to webHookUrl, once; how far it is shows the registration. What the registry has had before is not ordered again unless check_again says so. A profile that is complete answers 200 and nothing is done.',
    body: completeRequest,
    answer: completeResponse,
    otherResponses: { 200: { description: 'The profile is complete already.', answer: completedResponse } },
  },
  takesBody: 'required',
  targetParam: 'profileId',
  target: profileTarget,
  malformedId: { code: 'VALIDATION_003' },
  facts: (db, call) => readCompletion(db, call.caller, call.target, call.body.check_again === true),
  locksOrganization: () => true,
  decide,
}
