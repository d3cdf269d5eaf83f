import { newId } from '../../../src/contract/new-id.ts'
import type { Role } from '../../../src/contract/permissions.ts'
import { newKeyText } from '../../../src/contract/tokens/key-text.ts'
import type { Database } from '../../../src/db/database.ts'
import type { KeyRing } from '../../../src/encryption/key-ring.ts'
import { keyDigest } from '../../../src/http/auth/authenticate.ts'
import { insertOperatorKey } from '../../../src/resources/api-keys/index.ts'
import { insertOrganization, type NewOrganization } from '../../../src/resources/organizations/index.ts'
import { insertUser, type User } from '../../../src/resources/users/index.ts'
import { Client, type Json, type Reply } from '../servers/client.ts'

/** What the kit needs of an app to make organizations in it. */
export interface Home {
  url: string
  db: Database
  keys: KeyRing
}

export interface KeyOptions {
  profileId?: string | null
  mode?: 'live' | 'test'
}

/** An organization of its own for a test, with a caller for each role. Tenants that never meet also isolate tests. */
export class TestOrganization {
  readonly id: string
  readonly owner: Client
  readonly admin: Client
  readonly developer: Client
  readonly billing: Client
  readonly #home: Home

  private constructor(id: string, home: Home, clients: Record<Role, Client>) {
    this.id = id
    this.#home = home
    this.owner = clients.owner
    this.admin = clients.admin
    this.developer = clients.developer
    this.billing = clients.billing
  }

  static async create(
    home: Home,
    options: Partial<Pick<NewOrganization, 'kind' | 'state' | 'waba' | 'email' | 'name'>> = {},
  ): Promise<TestOrganization> {
    const id = newId()
    await insertOrganization(home.db, {
      id,
      kind: 'organization',
      name: 'Test organization',
      email: 'team@acme.com',
      state: 'ACTIVE',
      waba: { id: '102290129340398', name: 'Test WhatsApp account' },
      dataKey: home.keys.newDataKey(id),
      ...options,
    })
    // One user after the other, as they would come: ids follow each other.
    const userIds = {} as Record<Role, string>
    for (const role of ['owner', 'admin', 'developer', 'billing'] as const) {
      userIds[role] = await makeUser(home, id, role)
    }
    const client = (role: Role) => makeClient(home, id, userIds[role], {})
    const [owner, admin, developer, billing] = await Promise.all([
      client('owner'),
      client('admin'),
      client('developer'),
      client('billing'),
    ])
    return new TestOrganization(id, home, { owner, admin, developer, billing })
  }

  /** A further user. @returns its id. */
  user(role: Role, status: User['status'] = 'active'): Promise<string> {
    return makeUser(this.#home, this.id, role, status)
  }

  /** A further user that no person is, as an operator makes one. @returns its id. */
  serviceUser(role: Role, status: User['status'] = 'active'): Promise<string> {
    return makeUser(this.#home, this.id, role, status, true)
  }

  /** A caller with a further key of a user. */
  key(userId: string, options: KeyOptions = {}): Promise<Client> {
    return makeClient(this.#home, this.id, userId, options)
  }

  /** A caller whose key acts as a profile, with the admin's role. */
  profileKey(profileId: string, options: KeyOptions = {}): Promise<Client> {
    return this.key(this.admin.userId ?? '', { ...options, profileId })
  }

  /** A new profile, made through the API by the admin. */
  async profile(members: Json = {}): Promise<Json & { id: string }> {
    const reply: Reply = await this.admin.post('/v3/profiles', { name: 'Sales Team', ...members })
    if (reply.status !== 201) throw new Error(`the profile was not made: ${reply.status} ${reply.text}`)
    return reply.data as Json & { id: string }
  }
}

async function makeUser(
  home: Home,
  organizationId: string,
  role: Role,
  status: User['status'] = 'active',
  isService = false,
): Promise<string> {
  const id = newId()
  await insertUser(home.db, organizationId, {
    id,
    email: `${role}-${id}@example.com`,
    name: role,
    role,
    status,
    is_service: isService,
  })
  return id
}

async function makeClient(
  home: Home,
  organizationId: string,
  userId: string,
  { profileId = null, mode = 'live' }: KeyOptions,
): Promise<Client> {
  const apiKey = newKeyText(mode, organizationId)
  const keyId = newId()
  await insertOperatorKey(home.db, organizationId, {
    id: keyId,
    user_id: userId,
    profile_id: profileId,
    mode,
    name: null,
    digest: keyDigest(home.keys, apiKey),
    last_four: apiKey.slice(-4),
  })
  return new Client(home.url, { apiKey, keyId, userId })
}
