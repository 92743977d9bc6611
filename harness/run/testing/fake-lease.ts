import { secret } from '../../log/secret.ts'
import type { Lease, LeaseMode } from '../../targets/lease.ts'
import type { Capabilities, Endpoint, Endpoints, Finding, LogLine } from '../../targets/target.ts'

export type FakeTarget = {
  readonly roles: Readonly<Record<string, number | 'one'>>
  readonly capabilities?: Capabilities
  readonly versions?: Readonly<Record<string, string>>
  readonly findings?: readonly Finding[]
  readonly log?: readonly LogLine[]
}

export const PASSWORD = 'tr0ub4dor&3'

function fakeEndpoint(target: string, name: string): Endpoint {
  const role = name.split('.')[0] as string
  return { target, role, name, protocol: 'fake', host: 'h', port: 1, user: 'u', password: secret(PASSWORD) }
}

/** A lease on nothing, which tells `said` what was asked of it. */
export function fakeLease(name: string, mode: LeaseMode, target: FakeTarget, said: (line: string) => void): Lease {
  const endpoints: Endpoints = Object.fromEntries(
    Object.entries(target.roles).map(([role, count]) => [
      role,
      count === 'one'
        ? fakeEndpoint(name, role)
        : Array.from({ length: count }, (_, index) => fakeEndpoint(name, `${role}.${index}`)),
    ]),
  )
  return {
    target: name,
    tier: 'embedded',
    mode,
    endpoints,
    capabilities: target.capabilities ?? {},
    versions: target.versions ?? { fake: '1.3.0' },
    async fault(kind, endpoint) {
      said(`${kind} ${endpoint}`)
    },
    async logs() {
      said('logs')
      return target.log ?? []
    },
    async check() {
      said('check')
      return target.findings ?? []
    },
    async release({ dirty } = {}) {
      said(`release ${name}${dirty === undefined ? '' : ` dirty: ${dirty}`}`)
    },
    async [Symbol.asyncDispose]() {},
  }
}
