import { type FakeProvider, send, startFakeProvider } from './provider.ts'

/**
 * A local server that behaves as Meta documents for the calls of the WhatsApp adapter: bearer tokens, `debug_token`,
 * an account, its numbers in pages, the registration of a number, and error bodies with codes. It knows the simulator's tokens, with the same meaning.
 */
export interface FakeGraph extends FakeProvider {
  readonly requests: GraphRequest[]
  readonly tokens: Map<string, FakeToken>
  readonly accounts: Map<string, FakeAccount>
  /** The PINs of registered numbers by their ids. */
  readonly registered: Map<string, string>
  /** The accounts whose events the app has subscribed to. */
  readonly subscribed: Set<string>
  /** The next request of the step meets the fault. */
  failNext(step: GraphStepName, fault: GraphFakeFault): void
}

export interface GraphRequest {
  step: GraphStepName
  path: string
  bearer: string
  query: Record<string, string>
}

export interface FakeToken {
  app: string
  /** An app access token inspects; it is no token of a person or system user. */
  isAppToken?: boolean
  isExpired?: boolean
  scopes: string[]
  /** The accounts that the token reaches; null for all. */
  reaches: string[] | null
}

export interface FakeAccount {
  name: unknown
  reviewStatus: string
  numbers: string[]
}

export type GraphStepName = 'inspect' | 'account' | 'numbers' | 'register' | 'subscribe'

export type GraphFakeFault =
  | { does: 'reset' | 'hang' }
  | { does: 'answer'; status: number; body: unknown; headers?: Record<string, string> }

export const FAKE_WABA = '123456789012345'
export const FAKE_NUMBER = '987654321098765'

const SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging']
const PAGE = 2
const STEP_OF_EDGE: Record<string, GraphStepName> = {
  phone_numbers: 'numbers',
  register: 'register',
  subscribed_apps: 'subscribe',
}

export async function startFakeGraph(): Promise<FakeGraph> {
  const faults = new Map<GraphStepName, GraphFakeFault>()
  const graph: FakeGraph = {
    url: '',
    close: async () => {},
    requests: [],
    tokens: magicTokens(),
    accounts: new Map([[FAKE_WABA, { name: 'Acme', reviewStatus: 'APPROVED', numbers: [FAKE_NUMBER] }]]),
    registered: new Map(),
    subscribed: new Set(),
    failNext: (step, fault) => void faults.set(step, fault),
  }
  const provider = await startFakeProvider(async (incoming, sent, response) => {
    const url = new URL(incoming.url ?? '', 'http://graph')
    const [, version, node = '', edge] = url.pathname.split('/')
    if (version !== 'v25.0') return send(response, 404, failure(2500, 'Unknown path'))
    const step = STEP_OF_EDGE[edge ?? ''] ?? (node === 'debug_token' ? 'inspect' : 'account')
    const bearer = (incoming.headers.authorization ?? '').replace(/^Bearer /, '')
    const query = Object.fromEntries(url.searchParams)
    graph.requests.push({ step, path: url.pathname, bearer, query })
    const fault = faults.get(step) ?? magicFault(bearer)
    faults.delete(step)
    if (fault?.does === 'reset') return void response.destroy()
    if (fault?.does === 'hang') return
    if (fault?.does === 'answer') return send(response, fault.status, fault.body, fault.headers)
    const { status, body } = answer(graph, step, node, bearer, query, sent)
    if (bearer === 'EAAtest_lost' && step === 'register' && graph.requests.filter((r) => r.step === step).length === 1)
      return
    send(response, status, body)
  })
  return Object.assign(graph, provider)
}

function magicTokens(): Map<string, FakeToken> {
  const token = (parts: Partial<FakeToken>): FakeToken => ({ app: 'ours', scopes: SCOPES, reaches: null, ...parts })
  return new Map([
    ['EAAtest_ok', token({ reaches: [FAKE_WABA] })],
    ['EAAxxxxxxxxxxxxxxx', token({})],
    ['EAAtest_pin', token({})],
    ['EAAtest_unverified', token({})],
    ['EAAtest_blocked', token({})],
    ['EAAtest_limit', token({})],
    ['EAAtest_lost', token({})],
    ['EAAtest_system', token({})],
    ['EAAtest_expired', token({ isExpired: true })],
    ['EAAtest_noscope', token({ scopes: ['whatsapp_business_management'] })],
    ['EAAtest_wrongwaba', token({ reaches: ['555'] })],
    ['EAAtest_wrongnumber', token({})],
    ['ours|secret', token({ isAppToken: true, scopes: [] })],
  ])
}

function magicFault(bearer: string): GraphFakeFault | undefined {
  if (bearer === 'EAAtest_timeout') return { does: 'hang' }
  return bearer === 'EAAtest_outage' ? { does: 'answer', status: 500, body: failure(2, 'Temporarily down') } : undefined
}

function answer(
  graph: FakeGraph,
  step: GraphStepName,
  node: string,
  bearer: string,
  query: Record<string, string>,
  sent: string,
) {
  const holder = graph.tokens.get(bearer)
  if (holder === undefined || holder.isExpired)
    return { status: 401, body: failure(190, `Token ${bearer} is not valid`) }
  if (step === 'inspect') return inspected(graph, holder, query.input_token ?? '')
  if (!holder.scopes.includes('whatsapp_business_management'))
    return { status: 403, body: failure(10, 'No permission') }
  if (step === 'register') return register(graph, node, bearer, sent)
  const account = graph.accounts.get(node)
  const isReached = holder.reaches === null || holder.reaches.includes(node)
  if (account === undefined || !isReached) return { status: 400, body: failure(100, 'No such object', 33) }
  if (step === 'subscribe') {
    graph.subscribed.add(node)
    return { status: 200, body: { success: true } }
  }
  if (step === 'account') {
    return { status: 200, body: { id: node, name: account.name, account_review_status: account.reviewStatus } }
  }
  const numbers = bearer === 'EAAtest_wrongnumber' ? ['1'] : account.numbers
  return { status: 200, body: numbersPage(graph, node, numbers, query.after) }
}

function register(graph: FakeGraph, node: string, bearer: string, sent: string) {
  const { messaging_product: product, pin } = JSON.parse(sent) as Record<string, string>
  if (product !== 'whatsapp' || !/^\d{6}$/.test(pin ?? '')) return { status: 400, body: failure(100, 'Bad parameter') }
  const isOurs = [...graph.accounts.values()].some(({ numbers }) => numbers.includes(node))
  if (!isOurs) return { status: 400, body: failure(100, 'No such object', 33) }
  const code = { EAAtest_pin: 133005, EAAtest_unverified: 133006, EAAtest_blocked: 131031, EAAtest_limit: 133016 }[
    bearer
  ]
  if (code !== undefined) return { status: 400, body: failure(code, 'Not registered') }
  graph.registered.set(node, pin ?? '')
  return { status: 200, body: { success: true } }
}

function inspected(graph: FakeGraph, holder: FakeToken, input: string) {
  const token = graph.tokens.get(input)
  if (token !== undefined && token.app !== holder.app) {
    const error = { code: 100, message: 'The App_id in the input_token did not match the Viewing App' }
    return { status: 400, body: { error, data: { is_valid: false, error } } }
  }
  if (token === undefined || token.isExpired) {
    const error = { code: 190, message: 'Error validating access token' }
    return { status: 200, body: { data: { is_valid: false, error, scopes: [] } } }
  }
  const targets = token.reaches === null ? {} : { target_ids: token.reaches }
  return {
    status: 200,
    body: {
      data: {
        app_id: '1',
        type: 'SYSTEM_USER',
        is_valid: true,
        expires_at: 0,
        scopes: token.scopes,
        granular_scopes: token.scopes.map((scope) => ({ scope, ...targets })),
      },
    },
  }
}

function numbersPage(graph: FakeGraph, node: string, numbers: readonly string[], after: string | undefined) {
  const from = after === undefined ? 0 : Number(after)
  const data = numbers.slice(from, from + PAGE).map((id) => ({ id }))
  const next = from + PAGE
  const cursors = { before: String(from), after: String(next) }
  if (next >= numbers.length) return { data, paging: { cursors } }
  return { data, paging: { cursors, next: `${graph.url}/v25.0/${node}/elsewhere?after=${next}` } }
}

function failure(code: number, message: string, subcode?: number) {
  return { error: { message, type: 'OAuthException', code, error_subcode: subcode, fbtrace_id: 'TraceOfFake' } }
}
