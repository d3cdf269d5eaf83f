import assert from 'node:assert/strict'
import type { Json } from '../servers/client.ts'
import type { TestOrganization } from './organization.ts'

/** A profile with numbers, or with those of other profiles: they are given by a PATCH, since a creation takes none. */
export async function aProfileWith(org: TestOrganization, numbers: Json): Promise<{ id: string }> {
  const { id } = await org.profile()
  const reply = await org.admin.patch(`/v3/profiles/${id}`, numbers)
  assert.equal(reply.status, 200, reply.text)
  return { id }
}
