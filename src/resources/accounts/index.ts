import type { Endpoint } from '../../http/endpoint.ts'
import { getMe } from './endpoints/get-me.ts'

export const accountEndpoints: readonly Endpoint[] = [getMe]
