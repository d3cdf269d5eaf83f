import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { newTemplate, readTemplate, submitted } from '../change.rules.ts'
import type { Definition } from '../definition.fields.ts'
import { freeName, nameFrom } from '../placeholder.rules.ts'
import { readInclude } from '../query.rules.ts'
import { createTemplateRequest, includeQuery, templateResponse } from '../template.fields.ts'
import { presentTemplate, reviewEvent } from '../template.rules.ts'
import { findTemplateNames, ownerOf } from '../template.store.ts'
import { checkReviewer, templateEtag } from '../template-endpoint.rules.ts'
import { insertTemplate } from '../template-write.store.ts'

const check = compileCheck(createTemplateRequest)

function decide(call: Call<null>, taken: readonly string[]): Plan {
  const { caller, now, newId } = call
  const sent = readTemplate(call, check, null)
  const include = readInclude(call.query)
  const name = sent.name ?? freeName(nameFrom(sent.definition as Definition), taken)
  const draft = newTemplate(sent, { id: newId, ownerId: ownerOf(caller), name, now })
  const isSubmitted = sent.submit_for_review === true
  const template = isSubmitted ? submitted(draft, newId, now) : draft
  checkReviewer(call, template, isSubmitted)
  const event = template.status === 'APPROVED' ? reviewEvent(template) : null
  return {
    data: presentTemplate(template, include),
    etag: templateEtag(template),
    write: (tx, _results, kept) =>
      insertTemplate(tx, caller.organization.organization_id, { template, isSubmitted, event, kept }),
  }
}

/** The names that a derived one may meet; none where the body has no definition to derive one from. */
async function takenNames(db: Parameters<typeof findTemplateNames>[0], call: Call<null>): Promise<string[]> {
  const { definition, name } = call.reading.values as { definition?: Definition; name?: unknown }
  const texts = Object.values(definition?.body ?? {}) as unknown[]
  const areTexts = texts.every((text) => typeof (text as { template?: unknown } | null)?.template === 'string')
  if (definition === undefined || name !== undefined || texts.length === 0 || !areTexts) return []
  return findTemplateNames(db, call.caller, nameFrom(definition))
}

/** `POST /v3/templates`. */
export const createTemplate: WriteEndpoint<null, readonly string[]> = {
  kind: 'write',
  operation: 'createTemplate',
  method: 'POST',
  path: '/v3/templates',
  rateClass: 'standard',
  status: 201,
  errors: ['PROVIDER_001'],
  failPhrase: { whole: 'An unexpected error occurred while creating the template' },
  document: {
    tag: 'Templates',
    summary: 'Create a template',
    description:
      'Makes a template of the account that the key acts as. Without name its first words are the name; without category it is UTILITY, or AUTHENTICATION where authenticationConfig is given; without language en_US. All problems of a definition are answered together.',
    query: includeQuery,
    body: createTemplateRequest,
    answer: templateResponse,
  },
  takesBody: 'required',
  // Two templates at once would take the same name.
  locksOrganization: () => true,
  facts: takenNames,
  decide,
}
