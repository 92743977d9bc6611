import { isPlainObject, type Scope } from '../cases/interpolate.ts'
import { didYouMean } from '../cases/suggest.ts'
import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'

/** What steps may call an endpoint: `primary`, `replicas`, `replicas.0`, `mariadb.primary`. */
export class EndpointNames {
  readonly #byName = new Map<string, readonly Endpoint[]>()
  /** Roles that several servers play: a step on them has a list of results, even where there is one server only. */
  readonly #lists = new Set<string>()
  readonly #ambiguous = new Set<string>()

  constructor(leases: readonly Lease[]) {
    for (const lease of leases) {
      const system = systemOf(lease.target)
      for (const [role, value] of Object.entries(lease.endpoints)) {
        const list = [value].flat() as readonly Endpoint[]
        this.#add(role, list, system)
        if (!Array.isArray(value)) continue
        this.#lists.add(role).add(`${system}.${role}`)
        for (const [index, endpoint] of list.entries()) this.#add(`${role}.${index}`, [endpoint], system)
      }
    }
  }

  #add(name: string, endpoints: readonly Endpoint[], system: string): void {
    if (this.#byName.has(name)) this.#ambiguous.add(name)
    this.#byName.set(name, endpoints)
    this.#byName.set(`${system}.${name}`, endpoints)
  }

  /** One or many endpoints from a name, an endpoint, or a list of them. Throws ASSAY_CASE_NO_ENDPOINT. */
  resolve(value: unknown): readonly Endpoint[] {
    if (Array.isArray(value)) return value.flatMap(inner => this.resolve(inner))
    if (isEndpoint(value)) return [value]
    if (typeof value !== 'string')
      throw new AssayError('ASSAY_CASE_NO_ENDPOINT', `${JSON.stringify(value) ?? 'nothing'} is not an endpoint`)
    if (this.#ambiguous.has(value))
      throw new AssayError('ASSAY_CASE_NO_ENDPOINT', `"${value}" is a role of several targets; write <system>.${value}`)
    const found = this.#byName.get(value)
    if (found) return found
    const names = [...this.#byName.keys()]
    const known =
      names.length === 0
        ? 'the case has no targets'
        : `there are ${names.filter(name => !/\.\d+$/.test(name) || !name.includes('.')).join(', ')}`
    throw new AssayError(
      'ASSAY_CASE_NO_ENDPOINT',
      `no endpoint is called "${value}"${didYouMean(value, names) || `; ${known}`}`,
    )
  }

  /** The endpoints of a step's `on`, and whether its result is a list of one result for each. */
  ofStep(on: unknown): { readonly endpoints: readonly (Endpoint | undefined)[]; readonly many: boolean } {
    if (on === undefined || on === null) return { endpoints: [this.only], many: false }
    const many = Array.isArray(on) || (typeof on === 'string' && this.#lists.has(on))
    const endpoints = this.resolve(on)
    if (endpoints.length > 0) return { endpoints, many }
    throw new AssayError('ASSAY_CASE_NO_ENDPOINT', `"on" names no endpoint: ${JSON.stringify(on)} is empty`)
  }

  /** The endpoint of a step that names none: the only one there is. */
  get only(): Endpoint | undefined {
    const all = new Set([...this.#byName.values()].flat())
    return all.size === 1 ? [...all][0] : undefined
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }
}

export function isEndpoint(value: unknown): value is Endpoint {
  return (
    isPlainObject(value) &&
    typeof value.protocol === 'string' &&
    typeof value.host === 'string' &&
    typeof value.port === 'number' &&
    value.password instanceof Secret
  )
}

/** `mariadb.replication primary (127.0.0.3:3306)`. */
export function endpointLabel(endpoint: Endpoint): string {
  return `${endpoint.target === undefined ? '' : `${endpoint.target} `}${endpoint.name} (${endpoint.host}:${endpoint.port})`
}

/** The first part of a target's name: the name of its system. */
export function systemOf(target: string): string {
  return target.split('.')[0] ?? target
}

/** What `$(target.…)` holds: each target under its system's name, and a lone target's roles and version at the top as well. */
export function targetScope(leases: readonly Lease[]): Scope {
  const facts = leases.map(lease => {
    const versions = Object.values(lease.versions)
    return [
      systemOf(lease.target),
      { ...lease.endpoints, version: versions[0] ?? '', versions: lease.versions, capabilities: lease.capabilities },
    ] as const
  })
  const only = facts.length === 1 ? facts[0]?.[1] : undefined
  return { ...only, ...Object.fromEntries(facts) }
}
