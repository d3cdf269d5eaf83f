import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../servers/instance.mjs'

/**
 * The published documents, which are all that the system test knows of the server's inside.
 *
 * @typedef {{ id: string, method: string, path: string, members: string[], operation: any, body: any, example: any,
 *   isChange: boolean, isPublic: boolean }} Operation
 */

export const openapi = JSON.parse(readFileSync(join(repository, 'openapi.json'), 'utf8'))

/** Follows a reference within the document. */
export function resolve(schema) {
  const reference = schema?.$ref
  if (reference === undefined) return schema
  return reference
    .split('/')
    .slice(1)
    .reduce((inner, name) => inner[name.replaceAll('~1', '/')], openapi)
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/** Every operation of the document. @type {Operation[]} */
export const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  methods
    .filter((method) => item[method] !== undefined)
    .map((method) => {
      const operation = item[method]
      const content = resolve(operation.requestBody)?.content?.['application/json']
      const body = resolve(content?.schema) ?? null
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        members: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        operation,
        body,
        example: body === null ? undefined : (Object.values(content.examples ?? {})[0]?.value ?? content.example ?? {}),
        /** Open to whoever has the token in its path. */
        isPublic: operation.security?.length === 0,
        isChange: method !== 'get',
      }
    }),
)

/** @param {string} path @param {Record<string, string>} ids by the name of the path's member */
export function fill(path, ids) {
  return path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(ids[name] ?? ''))
}

/** The rows of docs/PERMISSIONS.md: operation -> role -> whether it may. */
export function permissions() {
  const text = readFileSync(join(repository, 'docs', 'PERMISSIONS.md'), 'utf8')
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
  const [head, , ...body] = rows
  return new Map(
    body.map((cells) => [
      cells[0],
      Object.fromEntries(
        ['owner', 'admin', 'developer', 'billing'].map((role) => [role, cells[head.indexOf(role)] === 'yes']),
      ),
    ]),
  )
}
