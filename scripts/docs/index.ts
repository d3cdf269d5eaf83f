import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { buildOpenApi } from '../../src/http/openapi/document.ts'
import { renderConfigMarkdown, renderEnvExample } from './configuration.ts'
import { renderErrors } from './errors.ts'
import { renderNulls } from './nulls.ts'
import { renderPermissions } from './permissions.ts'
import { type ApiDocument, publishedPart } from './published-api.ts'
import { renderWebhooks } from './webhooks.ts'

/** A file of the repository that is made from the code. `render` is given what the file holds now, '' where there is none. */
export interface GeneratedFile {
  path: string
  render(current: string): string
}

const CONFIG_TABLES = /(<!-- config:start -->\n\n)[\s\S]*(\n\n<!-- config:end -->)/

/** @throws Error when the page has lost its markers. */
function withConfigTables(page: string): string {
  if (!CONFIG_TABLES.test(page)) throw new Error('docs/OPERATIONS.md has no place for the table of variables')
  return page.replace(CONFIG_TABLES, (_all, start: string, end: string) => start + renderConfigMarkdown() + end)
}

const apiDocument = () => buildOpenApi(ENDPOINTS, OPEN_ENDPOINTS, null)

/** Everything that `npm run generate` writes and that a test compares. */
export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: 'openapi.json', render: () => `${JSON.stringify(apiDocument(), null, 2)}\n` },
  {
    path: 'test/contract/generated/published-api.txt',
    render: () => publishedPart(apiDocument() as unknown as ApiDocument),
  },
  { path: 'docs/ERRORS.md', render: renderErrors },
  { path: 'docs/PERMISSIONS.md', render: renderPermissions },
  { path: 'docs/NULLS.md', render: renderNulls },
  { path: 'docs/WEBHOOKS.md', render: renderWebhooks },
  { path: 'docs/OPERATIONS.md', render: withConfigTables },
  { path: '.env.example', render: renderEnvExample },
]
