import { answerSchemas } from '../../contract/fields/field-table.ts'
import { Type } from '../../contract/fields/schema.ts'
import { profileTable } from './profile-members.fields.ts'

/** A profile in an answer, in the published order (contract 8.1). */
export const profileResponse = Type.Object(answerSchemas(profileTable), { description: 'A sender profile.' })
