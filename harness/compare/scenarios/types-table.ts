import type { SqlDialect } from '../../sql/dialect.ts'
import { type EndsName, type Scenario, scenario } from './scenario.ts'
import { TYPES, type TypeCase } from './types.ts'

/** A table with a column for each type and rows that hold their values; row n of `changed` differs in the column of type n alone. */
export type TypesTable = { readonly alike: Scenario; readonly changed: Scenario; readonly names: readonly string[] }

export function typesTable(ends: EndsName): TypesTable {
  const types = TYPES.filter(type => type.mysql !== undefined || ends === 'postgres' || ends === 'versions')
  const both = { postgres: create(types, 'postgres', ends), mysql: create(types, 'mysql', ends) }
  const right = { postgres: change(types, 'postgres'), mysql: change(types, 'mysql') }
  return {
    names: types.map(type => type.name),
    alike: scenario('alike', [ends], { both, expected: { verdict: 'equal', differing: 0 } }),
    changed: scenario('each type changed once', [ends], {
      both,
      right,
      options: { examples: 50 },
      expected: { verdict: 'different', changed: types.length },
    }),
  }
}

function valuesOf(type: TypeCase, dialect: SqlDialect, ends: EndsName): readonly string[] {
  const own = 'postgres' in type.values ? type.values[dialect] : type.values
  if (ends === 'postgres') return [...own, ...(type.only ?? []), ...(type.since14 ?? [])]
  return ends === 'versions' ? [...own, ...(type.only ?? [])] : own
}

/** Row n holds the first value of type n, so that a change of it is the change of one value. */
function create(types: readonly TypeCase[], dialect: SqlDialect, ends: EndsName): string {
  const columns = types.map(
    (type, at) => `v${at} ${dialect === 'mysql' ? `${type.mysql ?? 'int'} null` : type.postgres}`,
  )
  const rows = types.map((_, row) => {
    const cells = types.map((type, at) => {
      const values = [...valuesOf(type, dialect, ends), 'null']
      return values[(row - at + values.length * types.length) % values.length]
    })
    return `(${[row, ...cells].join(', ')})`
  })
  return `create table T (id int primary key, ${columns.join(', ')}); insert into T values ${rows.join(', ')}`
}

function change(types: readonly TypeCase[], dialect: SqlDialect): string {
  return types
    .map(
      ({ other }, at) => `update T set v${at} = ${typeof other === 'string' ? other : other[dialect]} where id = ${at}`,
    )
    .join('; ')
}
