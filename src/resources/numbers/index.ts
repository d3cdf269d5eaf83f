import type { Endpoint } from '../../http/endpoint.ts'
import { lookUpNumber } from './endpoints/lookup.ts'

export const numberEndpoints: readonly Endpoint[] = [lookUpNumber]
