import type { CompareSpec } from '../spec.ts'
import { type Scenario, scenario } from './scenario.ts'

/** Rows 1 to `count` of an integer key and a text. */
export const many = (count: number, rest: Partial<Scenario> = {}): Scenario =>
  scenario('many rows', 'all', {
    both: {
      postgres: `create table T (id bigint primary key, v varchar(20), w int); insert into T select g, 'v' || g, g from generate_series(1, ${count}) g; analyze T`,
      mysql: `create table T (id bigint primary key, v varchar(20), w int); insert into T select seq, concat('v', seq), seq from seq_1_to_${count}; analyze table T`,
    },
    expected: {},
    ...rest,
  })

/** The table that a scenery made on a side. */
export const tableOf = (spec: CompareSpec, side: 'left' | 'right') => spec[side].table.name
