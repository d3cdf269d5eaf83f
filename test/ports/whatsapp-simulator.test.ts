import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { MAGIC_REGISTRATIONS, MAGIC_TOKENS } from '../../src/adapters/simulator/magic-values/tokens.ts'
import { simulatedWhatsapp } from '../../src/adapters/simulator/whatsapp.ts'
import { packageRoot } from '../../src/package-root.ts'
import { verify, whatsappSuite } from './whatsapp.suite.ts'

whatsappSuite('simulator', async ({ timeoutMs }) => ({
  whatsapp: simulatedWhatsapp({ timeoutMs }),
  lines: [],
  close: async () => {},
}))

describe('whatsapp simulator', () => {
  it('has distinct magic tokens, all of them documented', async () => {
    const tokens = [...MAGIC_TOKENS, ...MAGIC_REGISTRATIONS].map((magic) => magic.token)
    assert.equal(new Set(tokens).size, tokens.length)
    const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
    for (const { token, says } of [...MAGIC_TOKENS, ...MAGIC_REGISTRATIONS])
      assert.ok(page.includes(`| \`${token}\` | ${says} |`), token)
  })

  it('waits as long as it says', async () => {
    const waits: number[] = []
    const whatsapp = simulatedWhatsapp({ sleep: async (milliseconds) => void waits.push(milliseconds) })
    await verify(whatsapp, { accessToken: 'EAAtest_timeout' })
    assert.deepEqual(waits, [10_000])
  })

  it('notes the account and the outcome, never the token', async () => {
    const whatsapp = simulatedWhatsapp()
    await verify(whatsapp, { wabaId: '5', accessToken: 'EAAtest_expired' })
    assert.deepEqual(whatsapp.calls, [{ operation: 'verifyAccount', wabaId: '5', outcome: 'refused' }])
  })
})
