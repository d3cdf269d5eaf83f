import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../scripts/setup/package-root.mjs'

/**
 * What the measurements use of the program. They load the build, which a fresh clone makes after they have started; the types
 * come from the sources, so a module or a name that is gone fails the type check.
 *
 * @typedef {{
 *   'app/app': typeof import('../src/app/app.ts'),
 *   'app/providers': typeof import('../src/app/providers.ts'),
 *   'config/index': typeof import('../src/config/index.ts'),
 *   'contract/tokens/key-text': typeof import('../src/contract/tokens/key-text.ts'),
 *   'db/admin/create-role': typeof import('../src/db/admin/create-role.ts'),
 *   'db/admin/migrate': typeof import('../src/db/admin/migrate.ts'),
 *   'db/admin/owner-session': typeof import('../src/db/admin/owner-session.ts'),
 *   'db/database': typeof import('../src/db/database.ts'),
 *   'encryption/key-ring': typeof import('../src/encryption/key-ring.ts'),
 *   'http/auth/authenticate': typeof import('../src/http/auth/authenticate.ts'),
 *   'jobs/sweeper': typeof import('../src/jobs/sweeper.ts'),
 *   'observability/log': typeof import('../src/observability/log.ts'),
 *   'observability/metrics': typeof import('../src/observability/metrics.ts'),
 *   'resources/api-keys/index': typeof import('../src/resources/api-keys/index.ts'),
 *   'resources/organizations/index': typeof import('../src/resources/organizations/index.ts'),
 *   'resources/users/index': typeof import('../src/resources/users/index.ts'),
 * }} Modules
 */

/**
 * A module of the built program, by its path below src/ without ending.
 *
 * @template {keyof Modules} Path
 * @param {Path} path
 * @returns {Promise<Modules[Path]>}
 */
export function built(path) {
  return import(pathToFileURL(join(packageRoot, 'build', 'src', `${path}.js`)).href)
}
