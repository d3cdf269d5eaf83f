import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsItsChecksum } from './tax-checksum.ts'

test('numbers that are right by their issuers pass, however they are written', () => {
  for (const [kind, taxId] of [
    ['ca_bn', '123456782'],
    ['ca_bn', '123456782 RC0001'],
    ['CA BN', '123456782rt0001'],
    ['gb_vat', 'GB980 7806 84'],
    ['gb_vat', 'XI980780684'],
    ['eu_vat', 'XI980780684'],
    ['eu_vat', 'NL002455799B11'],
    ['eu_vat', 'DE136695976'],
    ['eu_vat', 'FR40303265045'],
    ['eu_vat', 'EL094259216'],
    ['eu_vat', 'ATU13585627'],
    ['eu_vat', 'BE0428759497'],
    ['eu_vat', 'IT00743110157'],
    ['eu_vat', 'PL8567346215'],
    ['eu_vat', 'IE6433435F'],
    ['eu_vat', 'SE123456789701'],
  ] as const)
    assert.equal(failsItsChecksum(kind, taxId), false, taxId)
})

test('one wrong digit is found', () => {
  for (const [kind, taxId] of [
    ['ca_bn', '123456783'],
    ['gb_vat', 'GB980780685'],
    ['eu_vat', 'DE136695977'],
    ['eu_vat', 'EL094259217'],
    ['eu_vat', 'XI980780685'],
  ] as const)
    assert.equal(failsItsChecksum(kind, taxId), true, taxId)
})

test('where there is no check digit to know, nothing is said', () => {
  for (const [kind, taxId] of [
    ['us_ein', '12-3456789'],
    ['', 'DE136695977'],
    ['eu_vat', 'XX123'],
    ['eu_vat', ''],
  ] as const)
    assert.equal(failsItsChecksum(kind, taxId), false, taxId)
})
