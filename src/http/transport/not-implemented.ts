/** Operations of the published API that this server does not serve yet: they answer 501 ROUTE_001 (decision 3). */
export const UNSERVED: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/v3/templates'],
  ['POST', '/v3/templates'],
  ['GET', '/v3/templates/:id'],
  ['PUT', '/v3/templates/:id'],
  ['DELETE', '/v3/templates/:id'],
  ['POST', '/v3/messages'],
  ['GET', '/v3/messages/:id'],
  ['GET', '/v3/messages/:id/activities'],
]
