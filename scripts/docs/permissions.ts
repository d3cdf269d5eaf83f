import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { isAllowed, ROLES } from '../../src/contract/permissions.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { documentPath } from '../../src/http/openapi/about.ts'
import { GENERATED, markdownTable } from './markdown.ts'

/** What a key that acts as a profile can do with the operation (contract 1.4). */
function asProfile({ organizationOnly, notAsProfile, path }: Endpoint): string {
  if (organizationOnly === true || notAsProfile === true) return 'no'
  return path.includes(':profileId') ? 'that profile' : 'yes'
}

/** `docs/PERMISSIONS.md`: who may run what. */
export function renderPermissions(): string {
  const rows = ENDPOINTS.map((endpoint) => [
    `\`${endpoint.operation}\``,
    `\`${endpoint.method} ${documentPath(endpoint.path)}\``,
    ...ROLES.map((role) => (isAllowed(endpoint.operation, role) ? 'yes' : 'no')),
    asProfile(endpoint),
  ])
  return `${GENERATED}

# Permissions

A key belongs to a user and has the role that the user has at the time of the request. An operation that is not in the table is refused. A refusal is 403 \`AUTH_004\`, whether or not the target exists.

${markdownTable(['Operation', 'Route', ...ROLES, 'Acting as a profile'], rows)}

The last column applies to the key of a profile, and to the key of an organization that sends \`x-profile-id\`. "That profile" means that any other profile is not found (404). Only the key of an organization may send \`x-profile-id\`.

The holder of an invitation's token needs no key for ${OPEN_ENDPOINTS.map((endpoint) => `\`${endpoint.method} ${documentPath(endpoint.path)}\``).join(', ')}.

A test key has the rights of its user, and each of its changes is a dry run.
`
}
