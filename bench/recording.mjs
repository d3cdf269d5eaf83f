/** The statements of one PATCH and of one GET as the server really sends them, for programs that run the same SQL. */
import { openApp } from './recorded-app.mjs'

/**
 * @typedef {{ name: string, text: string, values: Value[] }} Trip one round trip
 * @typedef {{ is: 'constant', value: string | number | boolean | null } | { is: 'profile' | 'key' | 'version' | 'etag' }} Value
 * @typedef {{ trips: [Trip, Trip], get: Trip, answer: string }} Recording `trips` of the PATCH
 */

/** A version that no other parameter can be taken for. */
const oddVersion = 7_654_321

/**
 * Makes one change of a profile on a server of its own in this process, reads it, and keeps what went to the database.
 *
 * @param {import('./installation.mjs').Installation} installation
 * @returns {Promise<Recording>}
 */
export async function recordPatch(installation) {
  const { profileId, apiKey, owner, environment, body } = installation
  await owner.query('update profiles set version = $1 where id = $2', [String(oddVersion), profileId])
  const { app, sent } = await openApp(environment)
  try {
    await app.server.listen({ host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${app.server.server.address().port}/v3/profiles/${profileId}`
    const key = 'bench_recorded'
    // A key that is new to the server is looked up once more, before the body is read.
    await getProfile(url, apiKey)
    sent.length = 0
    const response = await fetch(url, {
      method: 'PATCH',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', 'idempotency-key': key },
      body: body('000000'),
    })
    const answer = await response.text()
    if (response.status !== 200) throw new Error(`the recorded PATCH was answered ${response.status}: ${answer}`)
    await getProfile(url, apiKey)
    const known = { profile: profileId, key, version: oddVersion, etag: response.headers.get('etag') }
    const trips = sent.filter(({ name }) => name === 'admit_updateProfile' || name.startsWith('save_profile'))
    if (trips.length !== 2)
      throw new Error(`a PATCH takes ${trips.length} round trips: ${trips.map(({ name }) => name)}`)
    const gets = sent.filter(({ name }) => name === 'admit_getProfile')
    if (gets.length !== 1) throw new Error(`a GET takes ${gets.length} round trips`)
    const described = (trip) => ({ ...trip, values: trip.values.map((value) => describeValue(value, known)) })
    return { trips: trips.map(described), get: described(gets[0]), answer }
  } finally {
    await app.close()
    await owner.query('update profiles set version = 2 where id = $1', [profileId])
  }
}

async function getProfile(url, apiKey) {
  const response = await fetch(url, { headers: { 'x-api-key': apiKey } })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(`the recorded GET was answered ${response.status}: ${answer}`)
}

/** @returns {Value} */
function describeValue(value, known) {
  const found = ['version', 'key', 'etag', 'profile'].find((name) => value === known[name])
  if (found !== undefined) return { is: found }
  // As the server itself sends them: node-postgres would make a PostgreSQL array of an array.
  const isJson = typeof value === 'object' && value !== null
  return { is: 'constant', value: isJson ? JSON.stringify(value) : value }
}

/**
 * The parameters of a recorded statement for another profile and key.
 *
 * @param {Trip} trip
 * @param {{ profile: string, key: string, version: number }} now
 */
export function valuesFor({ values }, { profile, key, version }) {
  return values.map((value) => {
    switch (value.is) {
      case 'constant':
        return value.value
      case 'etag':
        return `"${profile}.${version + 1}"`
      case 'profile':
        return profile
      case 'key':
        return key
      default:
        return version
    }
  })
}
