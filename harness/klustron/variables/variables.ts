import { ActionError } from '../../errors.ts'
import { mysqlDialect, postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { NodeInfo } from '../metadata/node-info.ts'
import { onNode } from '../on-node.ts'
import { pause } from '../pause.ts'

export type NodeType = 'computer' | 'storage'
export type VariableValue = string | number | boolean

/** What one node answered. */
export type NodeVariable = { readonly node: string; readonly value: string }
export type ChangedVariable = NodeVariable & { readonly before: string }

export type VariablesOptions = {
  readonly info: NodeInfo
  /** Milliseconds that a node may take to answer. Default 30,000. */
  readonly within?: number
  readonly signal?: AbortSignal
}

const RELOADED_WITHIN = 3_000

/**
 * Seed 000's `setting_variable` (reference 4.4): sets a variable on every node of a type, reads it back in a new session, and
 * can put the old values back. The original called itself without end, and read a compute node before it had reloaded.
 */
export class Variables {
  readonly #info: NodeInfo
  readonly #within: number | undefined
  readonly #signal: AbortSignal | undefined

  constructor({ info, within, signal }: VariablesOptions) {
    this.#info = info
    this.#within = within
    this.#signal = signal
  }

  /** `get_res` for every running node of the type. */
  async get(type: NodeType, name: string, cluster?: number): Promise<readonly NodeVariable[]> {
    return await Promise.all(
      (await this.#nodes(type, cluster)).map(async node => ({ node: node.name, value: await this.read(node, name) })),
    )
  }

  /** `set_sql` and `get_res` for every running node of the type; the values before come with it, for `restore`. */
  async set(type: NodeType, name: string, value: VariableValue, cluster?: number): Promise<readonly ChangedVariable[]> {
    return await Promise.all((await this.#nodes(type, cluster)).map(node => this.setOn(node, name, value)))
  }

  /** Puts back what `set` found. */
  async restore(type: NodeType, name: string, changed: readonly ChangedVariable[], cluster?: number): Promise<void> {
    const nodes = await this.#nodes(type, cluster)
    for (const { node: address, before } of changed) {
      const node = nodes.find(one => one.name === address)
      if (node) await this.setOn(node, name, before)
    }
  }

  async setOn(node: Endpoint, name: string, value: VariableValue): Promise<ChangedVariable> {
    const before = await this.read(node, name)
    await this.#on(node, async (session, signal) => {
      if (session.dialect === 'postgres') {
        const literal = postgresDialect.literal(String(value)).trim()
        await session.query(`ALTER SYSTEM SET ${postgresName(name)} = ${literal}`, { signal })
        await session.query('SELECT pg_reload_conf()', { signal })
        return
      }
      const assignment = `${mysqlDialect.identifier(name)} = ${mysqlValue(value)}`
      // MariaDB has no SET PERSIST.
      await session.query(`SET PERSIST ${assignment}`, { signal }).catch(async error => {
        if ((error as ActionError).class !== 'syntax_error') throw error
        await session.query(`SET GLOBAL ${assignment}`, { signal })
      })
    })
    const after = await this.#changed(node, name, before, value)
    return { node: node.name, before, value: after }
  }

  /** The value that a new session sees. A name that the node does not know is an error of class `unknown_variable`. */
  async read(node: Endpoint, name: string): Promise<string> {
    const { values } = await this.#on(node, (session, signal) =>
      session.dialect === 'postgres'
        ? session.query(`SHOW ${postgresName(name)}`, { signal })
        : session.query('SELECT variable_value FROM information_schema.global_variables WHERE variable_name = ?', {
            signal,
            parameters: [name],
          }),
    )
    const value = values[0]?.[0]
    if (value === undefined || value === null)
      throw new ActionError('ASSAY_SQL', `${node.name} has no variable ${name}`, { class: 'unknown_variable' })
    return String(value)
  }

  /** A compute node takes a moment to reload. */
  async #changed(node: Endpoint, name: string, before: string, wanted: VariableValue): Promise<string> {
    const deadline = performance.now() + RELOADED_WITHIN
    for (;;) {
      const value = await this.read(node, name)
      if (value !== before || value === String(wanted) || node.protocol !== 'postgres' || performance.now() > deadline)
        return value
      await pause(20, this.#signal)
    }
  }

  #on<T>(node: Endpoint, work: (session: SqlSession, signal: AbortSignal) => Promise<T>): Promise<T> {
    return onNode({ node, within: this.#within, signal: this.#signal }, work)
  }

  async #nodes(type: NodeType, cluster?: number): Promise<readonly Endpoint[]> {
    const filter = cluster === undefined ? {} : { cluster }
    return type === 'computer' ? await this.#info.computeNodes(filter) : await this.#info.storageNodes(filter)
  }
}

/** Numbers bare whatever their sign, ON and OFF bare, all else quoted. */
function mysqlValue(value: VariableValue): string {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF'
  return /^(-?\d+(\.\d+)?|on|off|default)$/i.test(String(value)) ? String(value) : mysqlDialect.literal(String(value))
}

/** A setting's name may have a class before a dot. */
function postgresName(name: string): string {
  return name.split('.').map(postgresDialect.identifier).join('.')
}
