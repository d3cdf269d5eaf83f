import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { goals } from './goals/index.mjs'

/**
 * The last recorded run of each goal. A whole run takes long, so that docs/RELIABILITY.md is composed of several: each renews
 * the goals that were in it, and each goal says from which run it is.
 *
 * @typedef {{ date: string, seed: number, length: 'short' | 'long', node: string, cores: number, memoryGib: number }} Run
 * @typedef {Run & { verdict: 'holds' | 'fails' | 'not shown', figures: string, reason: string }} Entry
 */

const path = join(import.meta.dirname, 'record.json')

/** @returns {Record<string, Entry>} by goal; a goal that does not exist any more is not among them */
export function readRecord() {
  const known = new Set(goals.map(({ id }) => id))
  const all = JSON.parse(readFileSync(path, 'utf8'))
  return Object.fromEntries(Object.entries(all).filter(([id]) => known.has(id)))
}

/** @param {number} seed @param {boolean} isLong @returns {Run} what this run is, in words that say nothing of the place */
export function thisRun(seed, isLong) {
  return {
    date: new Date().toISOString().slice(0, 10),
    seed,
    length: isLong ? 'long' : 'short',
    node: process.versions.node,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
  }
}

/**
 * Renews the goals of this run.
 *
 * @param {{ id: string, ok: boolean, figures: [string, string | number][], failures: string[], isBroken: boolean }[]} results
 * @param {Run} run
 */
export function record(results, run) {
  const entries = results.map(({ id, ok, figures, failures, isBroken }) => {
    const verdict = ok ? 'holds' : isBroken ? 'not shown' : 'fails'
    const text = figures.map(([name, value]) => `${name}=${value}`).join(', ')
    return [id, { ...run, verdict, figures: text, reason: ok ? '' : (failures[0] ?? 'it could not be carried out') }]
  })
  const all = { ...readRecord(), ...Object.fromEntries(entries) }
  const sorted = goals.filter(({ id }) => all[id] !== undefined).map(({ id }) => [id, all[id]])
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}
