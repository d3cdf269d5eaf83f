import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { outboxDescriptor } from '../../src/adapters/mail-folder/descriptor.ts'
import { metaDescriptor } from '../../src/adapters/meta/descriptor.ts'
import {
  simulatedBrandRegistryDescriptor,
  simulatedCarrierDescriptor,
  simulatedPaymentsDescriptor,
  simulatedWhatsappDescriptor,
} from '../../src/adapters/simulator/descriptor.ts'
import { smtpDescriptor } from '../../src/adapters/smtp/descriptor.ts'
import { stripeDescriptor } from '../../src/adapters/stripe/descriptor.ts'
import { tcrDescriptor } from '../../src/adapters/tcr/descriptor.ts'
import { telnyxCarrierDescriptor, telnyxRegistryDescriptor } from '../../src/adapters/telnyx/descriptor.ts'
import { packageRoot } from '../../src/package-root.ts'

const ALL = [
  stripeDescriptor,
  metaDescriptor,
  simulatedPaymentsDescriptor,
  simulatedWhatsappDescriptor,
  smtpDescriptor,
  outboxDescriptor,
  simulatedBrandRegistryDescriptor,
  simulatedCarrierDescriptor,
  tcrDescriptor,
  telnyxRegistryDescriptor,
  telnyxCarrierDescriptor,
]

describe('provider descriptors', () => {
  for (const { port, name, variables, links } of ALL) {
    it(`are covered by the documentation: ${port} ${name}`, async () => {
      const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
      assert.ok(page.includes(`\`${name}\``))
      for (const variable of variables) assert.ok(page.includes(`| \`${variable}\` |`), variable)
      for (const { url } of links) assert.ok(page.includes(`(${url})`), url)
    })
  }
})
