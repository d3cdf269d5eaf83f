import { type Command, Option } from 'commander'
import { isJsonObject, type JsonObject, type JsonValue } from '../../contract/fields/json-value.ts'
import { updateRequest } from '../../resources/profiles/index.ts'
import { reviewProfile } from '../../resources/registrations/index.ts'
import { orgOption, readJsonFile, uuidArgument } from '../arguments.ts'
import { CommandFailure, notFound, usage } from '../command-failure.ts'
import { readConfig, withInstallation } from '../installation.ts'
import { chosenOrganization } from '../organization-choice.ts'
import { type Output, toTable } from '../output.ts'
import { changeBody, isMergePatch } from '../profile-change.ts'
import { type Client, type HttpResponse, type Request, readBaseUrl, send } from '../profile-client.ts'
import { refuseUnknown } from '../unknown-member.ts'

interface ClientOptions {
  url?: string
  apiKey?: string
}

interface ListOptions extends ClientOptions {
  status?: string
  search?: string
  page?: string
  pageSize?: string
  cursor?: string
}

interface UpdateOptions extends ClientOptions {
  set: string[]
  clear: string[]
  file?: string
  ifMatch?: string
  idempotencyKey?: string
  sandbox?: true
}

function clientOf({ url, apiKey }: ClientOptions): Client {
  if (apiKey === undefined || apiKey === '') throw usage('Set LETTERHEAD_API_KEY to an API key.')
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw usage('The API key has characters that no key has.')
  return { url: url === undefined ? localUrl() : readBaseUrl(url), apiKey }
}

/** Where a server with this configuration listens. */
function localUrl(): string {
  const { http } = readConfig()
  return `${http.tls === null ? 'http' : 'https'}://127.0.0.1:${http.port}`
}

async function list(output: Output, options: ListOptions): Promise<void> {
  const query = new URLSearchParams()
  const { status, search, page, pageSize, cursor } = options
  for (const [name, value] of Object.entries({ status, search, page, page_size: pageSize, cursor })) {
    if (value !== undefined) query.set(name, value)
  }
  const { data } = await send(clientOf(options), { method: 'GET', path: '/v3/profiles', query })
  const profiles = isJsonObject(data) && Array.isArray(data.profiles) ? data.profiles.filter(isJsonObject) : []
  const text = (value: JsonValue | undefined) => (typeof value === 'string' ? value : null)
  const rows = profiles.map(({ id, name, short_name, status }) => [id, name, short_name, status].map(text))
  output.result(data, toTable(['ID', 'NAME', 'SHORT NAME', 'STATUS'], rows))
  const next = isJsonObject(data) && isJsonObject(data.pagination) ? data.pagination.cursors : null
  const after = isJsonObject(next ?? undefined) ? (next as JsonObject).after : null
  if (typeof after === 'string') output.note(`There are more: --cursor ${after}`)
}

/** The profile with its tag, which `--if-match` takes, as one member more. */
function show(output: Output, { data, etag, notes }: HttpResponse): void {
  const shown = isJsonObject(data) ? { ...data, etag } : data
  output.result(shown, JSON.stringify(shown, null, 2).split('\n'))
  for (const note of notes) output.note(note)
}

async function get(output: Output, id: string, options: ClientOptions): Promise<void> {
  show(output, await send(clientOf(options), { method: 'GET', path: `/v3/profiles/${id}` }))
}

async function update(output: Output, id: string, options: UpdateOptions): Promise<void> {
  const client = clientOf(options)
  const { set, clear, file, ifMatch, idempotencyKey, sandbox } = options
  if (set.length === 0 && clear.length === 0 && file === undefined) {
    throw usage('Nothing to change: give --set, --clear or --file.')
  }
  const body = changeBody(file === undefined ? {} : await readJsonFile(file), { set, clear })
  const answer = await sendChange(client, {
    method: 'PATCH',
    path: `/v3/profiles/${id}`,
    headers: {
      'content-type': isMergePatch(options) ? 'application/merge-patch+json' : 'application/json',
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body: sandbox === true ? { ...body, sandbox: true } : body,
  })
  show(output, answer)
}

/** Sends a change in which every member must be known. Fails with 64 where one is not. */
async function sendChange(client: Client, request: Request): Promise<HttpResponse> {
  try {
    return await send(client, { ...request, headers: { ...request.headers, prefer: 'handling=strict' } })
  } catch (error) {
    if (error instanceof CommandFailure) refuseUnknown(error.details, updateRequest)
    throw error
  }
}

interface ReviewOptions {
  org?: string
  approve?: true
  reject?: true
  reason?: string
}

/** `profile review`: the operator's word on a profile, written to the database, since no role of a customer may say it. */
async function review(
  output: Output,
  profileId: string,
  { org, approve, reject, reason }: ReviewOptions,
): Promise<void> {
  if ((approve === true) === (reject === true)) throw usage('Give either --approve or --reject.')
  if (reject === true && (reason ?? '').trim() === '')
    throw usage('--reject needs a --reason, which the history keeps.')
  if ((reason ?? '').length > REASON_MAX) throw usage(`--reason takes at most ${REASON_MAX} characters.`)
  const reviewed = await withInstallation({ mayCreate: false }, async (installation) => {
    const { organization_id: organizationId } = await chosenOrganization(installation, org)
    return installation.db.transaction(organizationId, (tx) =>
      reviewProfile(tx, organizationId, { profileId, isApproved: approve === true, reason: reason ?? null }),
    )
  })
  if (reviewed === null) throw notFound(`There is no profile ${profileId} in the organization.`)
  const { from, to } = reviewed
  output.result({ id: profileId, from, to, reason: reason ?? null }, [
    from === to ? `Profile ${profileId} is ${to} already.` : `Profile ${profileId} is ${to} now; it was ${from}.`,
  ])
}

const REASON_MAX = 1_000

const collect = (value: string, before: string[]) => [...before, value]

/** What every command of the group needs. */
function overApi(command: Command): Command {
  return command
    .option('--url <url>', 'base URL of the API; without it the local server on PORT')
    .addOption(new Option('--api-key <key>', 'API key; safer in the environment').env('LETTERHEAD_API_KEY'))
}

/** `letterhead profile …`: profiles, through the HTTP API. */
export function addProfile(program: Command, output: Output): void {
  const profile = program.command('profile').description('profiles, through the HTTP API')
  overApi(profile.command('list'))
    .description('list the profiles')
    .option('--status <status>', 'only of this status')
    .option('--search <text>', 'only with this text in name or short_name')
    .option('--page <number>', 'page, counted from 1')
    .option('--page-size <number>', 'profiles a page')
    .option('--cursor <cursor>', 'go on after an earlier answer')
    .action((options: ListOptions) => list(output, options))
  overApi(profile.command('get'))
    .description('show a profile')
    .argument('<id>', 'id of the profile', uuidArgument)
    .action((id: string, options: ClientOptions) => get(output, id, options))
  profile
    .command('review')
    .description('approve or reject a profile that waits for a review, directly in the database')
    .argument('<id>', 'id of the profile', uuidArgument)
    .addOption(orgOption())
    .option('--approve', 'set the status to approved')
    .option('--reject', 'set the status to rejected; needs --reason')
    .option('--reason <text>', 'why; kept in the history of the profile')
    .action((id: string, options: ReviewOptions) => review(output, id, options))
  overApi(profile.command('update'))
    .description('change a profile; members that are not named keep their values')
    .argument('<id>', 'id of the profile', uuidArgument)
    .option('--set <member=value>', 'set a member; JSON if it reads as JSON, else text; repeatable', collect, [])
    .option('--clear <member>', 'clear a member (sends a merge patch); repeatable', collect, [])
    .option('--file <path>', 'JSON object with more members; - reads standard input')
    .option('--if-match <etag>', 'only if the profile still has this tag')
    .option('--idempotency-key <key>', 'do it once, however often it is sent')
    .option('--sandbox', 'run every check and change nothing')
    .action((id: string, options: UpdateOptions) => update(output, id, options))
}
