import { Failure } from '../../../contract/failure.ts'
import { addUnknown } from '../../../contract/fields/patch.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { READ_ONLY } from '../change.rules.ts'
import { deleteTemplateRequest, type FoundTemplate } from '../template.fields.ts'
import { templateRefusal } from '../template.rules.ts'
import { templateTarget } from '../template.store.ts'
import { ONE_TEMPLATE, templateEtag } from '../template-endpoint.rules.ts'
import { deleteTemplate } from '../template-write.store.ts'

const check = compileCheck(deleteTemplateRequest)

function decide(call: Call<FoundTemplate>): Plan {
  const { caller, reading, target } = call
  const details = { ...check(reading.values), ...call.earlyProblems, ...addUnknown(reading, call.isStrict) }
  if (Object.keys(details).length > 0) throw templateRefusal(details)
  if (target.isInherited) throw new Failure('VALIDATION_001', { message: `${READ_ONLY} deleted.` })
  return {
    data: null,
    etag: null,
    write: (tx, _results, kept) => deleteTemplate(tx, caller.organization.organization_id, target, kept),
  }
}

/** `DELETE /v3/templates/{id}`. */
export const deleteTemplateEndpoint: WriteEndpoint<FoundTemplate, undefined> = {
  kind: 'write',
  operation: 'deleteTemplate',
  method: 'DELETE',
  path: '/v3/templates/:templateId',
  rateClass: 'standard',
  status: 204,
  errors: ['RESOURCE_002', 'PRECONDITION_001'],
  failPhrase: { whole: 'An unexpected error occurred while deleting the template' },
  document: {
    tag: 'Templates',
    summary: 'Delete a template',
    description:
      'Removes the template. delete_from_meta is about templates that were imported from Meta, of which this server has none.',
    body: deleteTemplateRequest,
    answer: null,
  },
  takesBody: 'optional',
  ...ONE_TEMPLATE,
  target: templateTarget,
  etagOf: templateEtag,
  noun: 'template',
  locksOrganization: () => true,
  decide,
}
