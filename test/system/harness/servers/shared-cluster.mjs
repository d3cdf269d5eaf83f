import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { letterhead, letterheadJson } from './command.mjs'
import { Cluster } from './postgres.mjs'

/**
 * What all goals of a run share: a folder, a PostgreSQL cluster, and in it a template database with two organizations.
 * Every goal gets a copy of that database.
 *
 * @typedef {{ id: string, owner: string, admin: string, second: string, developer: string, billing: string, test: string }} Organization its
 *   id and a key for each kind of caller
 */

const template = 'letterhead_template'

export class SharedCluster {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'letterhead-prove-'))
    chmodSync(this.folder, 0o755)
    this.cluster = new Cluster({ folder: join(this.folder, 'postgres') })
    this.sealingKey = `k1:${randomBytes(32).toString('base64')}`
    this.pepper = randomBytes(32).toString('base64')
    this.databases = 0
    /** @type {Organization[]} */
    this.organizations = []
  }

  /** The configuration of everything that works on the database. */
  envOf(database) {
    return {
      DATABASE_URL: this.cluster.serverUrl(database),
      SEALING_KEY: this.sealingKey,
      KEY_PEPPER: this.pepper,
    }
  }

  async create() {
    await this.cluster.create()
    await this.cluster.query('postgres', `create database ${template}`)
    const env = { ...this.envOf(template), DATABASE_OWNER_URL: this.cluster.ownerUrl(template) }
    const migrated = await letterhead(['migrate', '--create-role'], env)
    if (migrated.code !== 0) throw new Error(`migrate: ${migrated.stderr}`)
    this.organizations = await Promise.all([
      makeOrganization('Acme', this.envOf(template), ['admin', 'second', 'developer', 'billing', 'test']),
      makeOrganization('Other', this.envOf(template)),
    ])
  }

  /** A copy of the template. */
  async newDatabase() {
    this.databases += 1
    const name = `letterhead_${this.databases}`
    await this.cluster.release(template)
    await this.cluster.query('postgres', `create database ${name} template ${template}`)
    await this.cluster.query('postgres', `grant connect on database ${name} to letterhead_app`)
    return name
  }

  async dropDatabase(name) {
    await this.cluster.release(name)
    await this.cluster.query('postgres', `drop database if exists ${name} with (force)`)
  }

  async close() {
    await this.cluster.stop('immediate')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * An organization with a key for each role asked for; the others' place is taken by the owner's.
 *
 * @param {string} name
 * @param {Record<string, string>} env
 * @param {string[]} roles
 * @returns {Promise<Organization>}
 */
async function makeOrganization(name, env, roles = []) {
  const contact = ['--email', `${name.toLowerCase()}@example.com`]
  const waba = ['--waba-id', '102290129340398', '--waba-name', 'Prover']
  const made = await letterheadJson(['org', 'create', '--name', name, ...contact, ...waba], env)
  const keys = {
    admin: made.api_key,
    second: made.api_key,
    developer: made.api_key,
    billing: made.api_key,
    test: made.api_key,
  }
  for (const role of roles) {
    const of = { test: ['--role', 'admin', '--test'], second: ['--role', 'admin'] }[role] ?? ['--role', role]
    keys[role] = (await letterheadJson(['key', 'create', '--org', made.id, ...of], env)).api_key
  }
  return { id: made.id, owner: made.api_key, ...keys }
}
