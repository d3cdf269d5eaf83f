import type { FastifyInstance } from 'fastify'
import type { Endpoint } from './endpoint.ts'

export function addPages(_server: FastifyInstance, _endpoints: readonly Endpoint[], _publicUrl: string | null): void {}
