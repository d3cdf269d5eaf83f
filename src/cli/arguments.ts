import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import type { JsonObject } from '../contract/fields/json-value.ts'
import { isJsonObject, type JsonValue } from '../contract/fields/json-value.ts'
import { readBody } from '../contract/fields/patch.ts'
import type { TSchema } from '../contract/fields/schema.ts'
import type { Check } from '../contract/fields/validator.ts'
import { ORGANIZATION_STATES } from '../resources/organizations/index.ts'
import { ASSIGNABLE_ROLES } from '../resources/users/index.ts'
import { usage } from './command-failure.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Reads an id from the command line, in lower case. */
export function uuidArgument(text: string): string {
  if (!UUID.test(text)) throw new InvalidArgumentError('It must be a UUID.')
  return text.toLowerCase()
}

export const orgOption = () =>
  new Option('--org <id>', 'organization; may be left out where there is only one').argParser(uuidArgument)

export const userOption = () => new Option('--user <id or e-mail>', 'user of the organization')

export const roleOption = () => new Option('--role <role>', 'what the user may do').choices(ASSIGNABLE_ROLES)

export const stateOption = () => new Option('--state <state>', 'account state').choices(ORGANIZATION_STATES)

/** The values as they are kept. Fails with every problem that `check` finds, each under its member's path. */
export function validValues<Values extends JsonObject>(schema: TSchema, check: Check, values: Values): Values {
  const read = readBody(schema, values, false).values
  const details = check(read)
  if (Object.keys(details).length > 0) throw usage('Some values are not valid.', details)
  return read as Values
}

/** Everything on standard input. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer))
  return Buffer.concat(chunks).toString('utf8')
}

/** The JSON object in a file, or on standard input for `-`. Problems never quote the content. */
export async function readJsonFile(path: string): Promise<JsonObject> {
  const content = path === '-' ? await readStandardInput() : await readTextFile(path)
  let value: JsonValue
  try {
    value = JSON.parse(content) as JsonValue
  } catch {
    throw usage(`${path} does not hold valid JSON.`)
  }
  if (!isJsonObject(value)) throw usage(`${path} does not hold a JSON object.`)
  return value
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown reason' } = error as { code?: string }
    throw usage(`${path} cannot be read (${code}).`)
  }
}
