import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { judgeCampaign } from '../../src/adapters/simulator/judge.ts'
import { messagesPerDay } from '../../src/contract/registry/volume.ts'
import { lint, RULES, readPacket } from '../../src/lint/index.ts'
import { applyBrand } from '../../src/resources/brands/index.ts'
import { campaignContent, newCampaign } from '../../src/resources/campaigns/index.ts'
import { toRegistryBrand } from '../../src/resources/registrations/accept/brand-mapping.rules.ts'
import { toRegistryCampaign } from '../../src/resources/registrations/accept/campaign-mapping.rules.ts'
import {
  CLEAN,
  changed,
  type FaultyPacket,
  PARAPHRASES,
  PARTS,
  type Packet,
  type Part,
  packetOf,
  SEEDED,
  valueAt,
} from '../kit/lint-corpus.ts'

/** How the lint fares on texts that its rules were not written on. Both figures are told: of the part it was tuned on, and of the other. */

type Finding = ReturnType<typeof lint>['findings'][number]

function findingsOf(packet: Packet): readonly Finding[] {
  const read = readPacket(packet as never)
  assert.ok('packet' in read, JSON.stringify(read))
  return lint(read.packet).findings
}

const isHard = ({ severity }: Finding) => severity === 'block' || severity === 'reject'
const isOf = (part: Part) => (entry: { part: Part }) => entry.part === part
const named = ({ rule, pointer, message }: Finding) => `${rule} ${pointer} ${message}`
const certaintyOf = new Map(RULES.map(({ id, certainty }) => [id, certainty]))

/** The faulty packets in which their rule finds nothing. */
const missed = (entries: readonly FaultyPacket[]) =>
  entries.filter((entry) => !findingsOf(packetOf(entry)).some(({ rule }) => rule === entry.rule)).map(({ id }) => id)

const percent = (found: number, all: number) => `${((100 * found) / all).toFixed(1)} % (${found} of ${all})`

describe('the lint on its corpus', () => {
  test('there is one seeded packet for each of its rules', () => {
    assert.deepEqual([...new Set(RULES.map(({ id }) => id))].sort(), SEEDED.map(({ rule }) => rule).sort())
  })

  for (const part of PARTS) {
    const here = isOf(part)

    test(`${part}: every seeded fault of a certain rule is found, and nine in ten of the others`, (t) => {
      const seeded = SEEDED.filter(here)
      const certain = seeded.filter(({ rule }) => certaintyOf.get(rule) === 'certain')
      const others = seeded.filter(({ rule }) => certaintyOf.get(rule) !== 'certain')
      const [lost, lostOthers] = [missed(certain), missed(others)]
      t.diagnostic(`${part}: certain rules ${percent(certain.length - lost.length, certain.length)}`)
      t.diagnostic(`${part}: other rules ${percent(others.length - lostOthers.length, others.length)}`)
      assert.deepEqual(lost, [])
      assert.ok(lostOthers.length <= others.length / 10, lostOthers.join(', '))
    })

    test(`${part}: nine in ten paraphrases of likely rules are found`, (t) => {
      const entries = PARAPHRASES.filter(here)
      const lost = missed(entries)
      t.diagnostic(`${part}: paraphrases ${percent(entries.length - lost.length, entries.length)}; not found: ${lost}`)
      assert.ok(lost.length <= entries.length / 10, lost.join(', '))
    })

    test(`${part}: a clean packet has no block, one in thirty a reject, one in two a warning`, (t) => {
      const entries = CLEAN.filter(here)
      const found = entries.flatMap(({ id, packet }) => findingsOf(packet).map((finding) => ({ id, finding })))
      const of = (severity: Finding['severity']) =>
        found.filter(({ finding }) => finding.severity === severity).map(({ id, finding }) => `${id} ${named(finding)}`)
      const [blocks, rejects, warnings] = [of('block'), of('reject'), of('warn')]
      const a = (all: readonly string[]) => (all.length / entries.length).toFixed(2)
      t.diagnostic(`${part}: a clean packet has ${a(blocks)} block, ${a(rejects)} reject, ${a(warnings)} warnings`)
      assert.deepEqual(blocks, [])
      assert.ok(rejects.length <= Math.ceil(entries.length / 30), rejects.join('\n'))
      assert.ok(warnings.length <= entries.length / 2, warnings.join('\n'))
    })

    test(`${part}: a seeded fault raises nothing hard beside its own cause`, () => {
      const beside = SEEDED.filter(here).flatMap((entry) => {
        const own = new Set([entry.rule, ...(entry.also ?? [])])
        const before = new Set(findingsOf(baseOfClean(entry)).map(named))
        return findingsOf(packetOf(entry))
          .filter((finding) => isHard(finding) && !own.has(finding.rule) && !before.has(named(finding)))
          .map((finding) => `${entry.id}: ${named(finding)}`)
      })
      assert.deepEqual(beside, [])
    })
  }
})

function baseOfClean({ base }: FaultyPacket): Packet {
  return CLEAN.find(({ id }) => id === base)?.packet ?? assert.fail(base)
}

/** What the simulated registry, in its strict form, and the mapping before it refuse of a packet: JSON pointers. */
function refusedOf({ brand, campaigns }: Packet): string[] {
  const sections = applyBrand(null, brand, new Set())
  const stored = { id: 'b', ...sections }
  const { problems } = toRegistryBrand(stored, { profileName: 'P', isMock: false })
  const volume = sections.compliance.expected_messaging_volume
  const perDay = messagesPerDay(volume)
  const at = { now: '2026-03-25T10:43:34+00:00', newId: () => 'id' }
  const ofCampaigns = campaigns.flatMap((request, index) => {
    const campaign = newCampaign({ id: 'c', ownerId: 'p', now: at.now }, campaignContent(request, [], at))
    const mapped = toRegistryCampaign(campaign, {
      generation: 1,
      messagesPerDay: perDay,
      isVolumeUnread: perDay === null && typeof volume === 'string',
      isSoleProprietor: sections.business.entity_type === 'SOLE_PROPRIETOR',
    })
    const members = [
      ...mapped.problems.map(({ field }) => field),
      ...judgeCampaign({ ...mapped.campaign, tcrBrandId: 'B' }).map(({ member }) => member ?? 'campaign'),
    ]
    return members.map((member) => pointerOf(member).replace('/campaign', `/campaigns/${index}`))
  })
  return [...problems.map(({ field }) => pointerOf(field)), ...ofCampaigns]
}

const pointerOf = (member: string) => `/${member.replaceAll('.', '/')}`

/** A refusal of which the lint says nothing at its member, or around it. */
function unforeseen(packet: Packet, refused = refusedOf(packet)): string[] {
  if (refused.length === 0) return []
  const pointers = findingsOf(packet).map(({ pointer }) => pointer)
  const isAbout = (pointer: string, member: string) =>
    pointer === member || pointer.startsWith(`${member}/`) || member.startsWith(`${pointer}/`)
  return refused.filter((member) => !pointers.some((pointer) => isAbout(pointer, member)))
}

/** Pseudo-random numbers from 0 to 1 that are the same each time (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const TEXTS = ['description', 'messageFlow', 'optinMessage', 'optoutMessage', 'helpMessage']
const KEYWORDS = ['optinKeywords', 'optoutKeywords', 'helpKeywords']
const BRAND_MEMBERS = [
  '/brand/contact/phone',
  '/brand/contact/email',
  '/brand/business/legalName',
  '/brand/business/taxId',
  '/brand/business/street',
  '/brand/business/city',
  '/brand/business/state',
  '/brand/business/postalCode',
  '/brand/business/country',
  '/brand/business/entityType',
  '/brand/business/stockSymbol',
  '/brand/compliance/expectedMessagingVolume',
]
const LENGTHS = [1, 19, 20, 39, 40, 320, 321, 1024, 2048, 2049, 4096, 4097]
const USE_CASES = [
  'MARKETING',
  'TWO_FA',
  'M2M',
  'MIXED',
  'LOW_VOLUME',
  'CUSTOMER_CARE',
  'FRAUD_ALERT',
  'POLLING_VOTING',
]
const LISTS = [
  'STOP',
  'END',
  'HELP',
  'INFO',
  'STOP, HELP',
  'help',
  'ST0P',
  'QUIT; END',
  'START!',
  'stop,end',
  'A'.repeat(255),
]
const PLACES = ['Oregon', 'or', '97212-4410', '9721', '07-1234567', '12345678', 'PO Box 7', '2,000 per day', 'many']

/** The packet with one random change that the API would take. */
function mutated(packet: Packet, random: () => number): Packet {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const at = `/campaigns/${Math.floor(random() * packet.campaigns.length)}`
  const kind = Math.floor(random() * 7)
  if (kind === 0) return changed(packet, pick(BRAND_MEMBERS), random() < 0.5 ? null : pick(PLACES))
  if (kind === 1) return changed(packet, `${at}/${pick(KEYWORDS)}`, random() < 0.2 ? null : pick(LISTS))
  if (kind === 2) {
    const useCases = valueAt(packet, `${at}/useCases`) as { messagingUseCaseUs: string }[]
    const more = { messagingUseCaseUs: pick(USE_CASES), sampleMessages: ['A message that is long enough to be one.'] }
    return changed(packet, `${at}/useCases`, (random() < 0.5 ? [...useCases, more] : useCases.slice(0, 1)) as never)
  }
  if (kind === 3) return changed(packet, `${at}/useCases/0/messagingUseCaseUs`, pick(USE_CASES))
  const text = pick(TEXTS)
  if (kind === 4 && text !== 'description') return changed(packet, `${at}/${text}`, null)
  const length = pick(LENGTHS)
  const words = 'We write to those who asked for it. '.repeat(120).slice(0, length)
  if (kind === 5) return changed(packet, `${at}/useCases/0/sampleMessages`, random() < 0.5 ? [words] : [words, 'Short'])
  return changed(packet, `${at}/${text}`, words)
}

describe('the lint and the strict registry', () => {
  let sound: Packet[]
  before(() => {
    sound = CLEAN.map(({ packet }) => packet)
  })

  test('what the lint calls clean the registry takes', () => {
    assert.deepEqual(
      sound.flatMap((packet) => refusedOf(packet)),
      [],
    )
  })

  test('what the registry refuses of the corpus the lint has a finding for', () => {
    const faulty = [...SEEDED, ...PARAPHRASES]
    const refused = faulty.filter((entry) => refusedOf(packetOf(entry)).length > 0)
    assert.ok(refused.length > 15, `${refused.length} are refused`)
    assert.deepEqual(
      refused.flatMap((entry) => unforeseen(packetOf(entry)).map((member) => `${entry.id} ${member}`)),
      [],
    )
  })

  test('and so for ten thousand random changes of clean packets', (t) => {
    const random = numbersFrom(19)
    const lost = new Map<string, string>()
    let refused = 0
    for (let turn = 0; turn < 10_000; turn += 1) {
      let packet = sound[turn % sound.length] as Packet
      for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) packet = mutated(packet, random)
      const members = refusedOf(packet)
      if (members.length > 0) refused += 1
      for (const member of unforeseen(packet, members))
        if (lost.size < 20)
          lost.set(member.replace(/\d+/, 'n'), `turn ${turn}: ${JSON.stringify(valueAt(packet, member))}`.slice(0, 300))
    }
    t.diagnostic(`${refused} of 10,000 changed packets are refused`)
    assert.ok(refused > 2_000, `${refused} are refused`)
    assert.deepEqual([...lost], [])
  })
})
