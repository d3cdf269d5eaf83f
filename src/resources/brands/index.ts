export { type Brand, brandRequest, brandResponse, type SectionValues } from './brand.fields.ts'
export {
  applyBrand,
  type BrandSections,
  brandDifferences,
  brandInEffect,
  ENCRYPTED_BRAND_MEMBERS,
  lockProblem,
  mergedRequest,
  newBrand,
  presentBrand,
} from './brand.rules.ts'
export {
  BRAND_PARAMS,
  brandColumns,
  brandCte,
  brandOfEach,
  brandParams,
  brandTouchCte,
  decodeBrand,
} from './brand.store.ts'
export { type BrandKey, type BrandRelease, lockBrand, noteRegistryBrand, unlockBrand } from './brand-registry.store.ts'
