import type { Details } from '../../contract/failure.ts'
import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, readBody } from '../../contract/fields/patch.ts'
import { compileCheck } from '../../contract/fields/validator.ts'
import { newId } from '../../contract/new-id.ts'
import { givenTaxIdProblem } from '../../contract/registry/tax-id.ts'
import { applyBrand, type Brand, brandRequest, lockProblem, mergedRequest } from '../../resources/brands/index.ts'
import { findOrganizationBrand, saveOrganizationBrand } from '../../resources/brands/organization-brand.store.ts'
import { readJsonFile } from '../arguments.ts'
import { CommandFailure, notFound, usage } from '../command-failure.ts'
import { withInstallation } from '../installation.ts'
import { chosenOrganization } from '../organization-choice.ts'
import type { Output } from '../output.ts'
import { withNearest } from '../unknown-member.ts'

const check = compileCheck(brandRequest)
const NOTHING_CLEARED: ReadonlySet<string> = new Set()

/** A whole request body with its `brand` member is taken too. */
function brandOf(content: JsonObject): JsonObject {
  return isJsonObject(content.brand) && Object.keys(content).length === 1 ? content.brand : content
}

/** What is wrong with a tax number that the file gives. */
function taxIdDetails(given: JsonObject, after: JsonObject): Details {
  const { business } = after
  if (!isJsonObject(given.business) || given.business.taxId === undefined || !isJsonObject(business)) return {}
  const problem = givenTaxIdProblem(business)
  return problem === null ? {} : { 'business.taxId': [`business.taxId ${problem}`] }
}

/** What is to be stored: the file's members over the stored ones, all judged together. */
function decide(stored: Brand | null, content: JsonObject) {
  const locked = lockProblem(stored)
  if (locked !== null) throw new CommandFailure('CONFLICT', locked)
  const reading = readBody(brandRequest, content, false)
  const values = stored === null ? reading.values : mergedRequest(stored, reading.values)
  const details = { ...check(values), ...addUnknown(reading, true), ...taxIdDetails(reading.values, values) }
  if (Object.keys(details).length > 0) throw usage('The brand is not valid.', withNearest(details, brandRequest))
  return applyBrand(stored, reading.values, NOTHING_CLEARED)
}

/** `org brand set`: members that are left out or null keep their stored values. */
export async function setBrand(output: Output, { org, file }: { org?: string; file: string }): Promise<void> {
  const content = brandOf(await readJsonFile(file))
  const saved = await withInstallation({ mayCreate: false }, async (installation) => {
    const organization = await chosenOrganization(installation, org)
    const { organization_id: organizationId } = organization
    const cipher = (await installation.keys()).open(organization.data_key, organizationId)
    return installation.db.transaction(organizationId, async (tx) => {
      const stored = await findOrganizationBrand(tx, organizationId, cipher)
      const id = stored?.id ?? newId()
      const sections = decide(stored, content)
      if (!(await saveOrganizationBrand(tx, organizationId, { id, sections, cipher }))) {
        throw notFound(`There is no organization ${organizationId}.`)
      }
      return { id, organization_id: organizationId, is_new: stored === null }
    })
  })
  output.result(saved, [`The brand of organization ${saved.organization_id} is ${saved.is_new ? 'set' : 'changed'}.`])
}
