/** Operations of the published API that this server does not serve yet: they answer 501 ROUTE_001 (decision 3). */
export const UNSERVED: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/v3/messages'],
  ['GET', '/v3/messages/:id'],
  ['GET', '/v3/messages/:id/activities'],
]
