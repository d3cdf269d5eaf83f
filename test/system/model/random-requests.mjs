import { randomUUID } from 'node:crypto'
import { resolve } from '../harness/traffic/contract.mjs'
import { broken, fitting, hostileValue } from './arbitrary.mjs'

/**
 * Picks the values of a request; what is unusual about it comes along as its kind.
 *
 * @param {import('../harness/traffic/contract.mjs').Operation} operation
 * @param {{ random: import('../harness/traffic/random.mjs').Random, environment: import('../harness/servers/environment.mjs').Environment, profiles: string[] }} among
 */
export function randomRequest(operation, { random, environment, profiles }) {
  const kind = random.pick(['fits', 'fits', 'fits', 'broken', 'broken', 'broken', 'path', 'headers', 'caller', 'query'])
  const body = operation.body === null || !operation.isChange ? undefined : fitting(operation.body, random)
  const headers = {}
  if (kind === 'headers') {
    const name = random.pick([
      'idempotency-key',
      'if-match',
      'prefer',
      'x-profile-id',
      'accept',
      'content-type',
      'x-request-id',
      'traceparent',
    ])
    const value = random.pick([
      '',
      'a',
      '"tag"',
      '*',
      'W/"x"',
      'handling=strict',
      randomUUID(),
      'text/html',
      'application/merge-patch+json',
      'x'.repeat(300),
      '4242424242424242',
    ])
    headers[name] = value
  }
  const strange = () => random.pick([randomUUID(), 'x', '%00', encodeURIComponent("' or 1=1"), '0'.repeat(40)])
  const profileId = kind === 'path' ? strange() : random.pick(profiles)
  const path = operation.path
    .replace('{profileId}', profileId)
    .replace(/\{(\w+)\}/g, () => (kind === 'path' ? strange() : randomUUID()))
  const parameters = (operation.operation.parameters ?? []).map(resolve).filter((parameter) => parameter.in === 'query')
  const query = parameters
    .filter(() => random.chance(kind === 'query' ? 0.7 : 0.2))
    .map(
      ({ name, schema }) =>
        `${name}=${encodeURIComponent(String(kind === 'query' ? hostileValue(random) : fitting(schema, random)).replaceAll(/[\ud800-\udfff]/g, ''))}`,
    )
  const key =
    kind === 'caller'
      ? random.pick([
          environment.acme.developer,
          environment.acme.billing,
          environment.acme.test,
          environment.other.admin,
          'nobody',
          undefined,
        ])
      : environment.acme.admin
  const isMerge = operation.isChange && operation.method === 'PATCH' && random.chance(0.3)
  if (isMerge && headers['content-type'] === undefined) headers['content-type'] = 'application/merge-patch+json'
  return {
    kind,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    options: {
      headers,
      ...(key === undefined ? {} : { key }),
      ...(body === undefined ? {} : { body: kind === 'broken' ? broken(body, operation.body, random) : body }),
    },
  }
}
