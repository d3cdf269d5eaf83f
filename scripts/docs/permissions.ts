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

A key belongs to a user and has that user's role, as it is at the time of the request. What is not in the table is refused. A refusal is 403 \`AUTH_004\`, before anything about the target is told.

${markdownTable(['Operation', 'Route', ...ROLES, 'Acting as a profile'], rows)}

The last column is about a key of a profile, and about a key of an organization that sends \`x-profile-id\`: "that profile" means that any other profile is not found (404). Only a key of an organization may send \`x-profile-id\`.

An invitation is looked at and answered without a key, by whoever has its token: ${OPEN_ENDPOINTS.map((endpoint) => `\`${endpoint.method} ${documentPath(endpoint.path)}\``).join(', ')}.

A test key has the rights of its user, and every change that it asks for is a dry run.
`
}
