import { DataxError } from '../../../errors.ts'
import type { Kind } from '../../../record/kind.ts'
import type { DbColumn } from '../driver.ts'

/** The kind that a column type of MySQL reads as (reference 2.2). `bit1` where a BIT has one bit. */
export function mysqlKind(name: string, type: string, bits: number): Kind {
  const bare = type.replace(' unsigned', '')
  if (/^(tiny|small|medium|big)?int$|^year$/.test(bare)) return 'LONG'
  if (/^(decimal|float|double)$/.test(bare)) return 'DOUBLE'
  if (/char$|text$|^(enum|set|json)$/.test(bare)) return 'STRING'
  if (/blob$|binary$/.test(bare)) return 'BYTES'
  if (bare === 'date') return 'DATE'
  if (bare === 'time') return 'TIME'
  if (bare === 'datetime' || bare === 'timestamp') return 'DATETIME'
  if (bare === 'bit') return bits === 1 ? 'BOOL' : 'BYTES'
  if (bare === 'null') return 'STRING'
  throw new DataxError('DBUtilErrorCode-12', `不支持数据库读取这种字段类型. 字段名:[${name}], 字段类型:[${type}]`, {
    hint: 'Select it as text or as bytes.',
  })
}

export const isInteger = ({ type }: DbColumn): boolean => /int( unsigned)?$/.test(type)
export const isNumeric = ({ type }: DbColumn): boolean => /int|decimal|float|double|year/.test(type)
export const isText = ({ type }: DbColumn): boolean => /char$|text$|^(enum|set|json)$/.test(type)
export const isBytes = ({ type }: DbColumn): boolean => /blob$|binary$/.test(type)
export const isDate = ({ type }: DbColumn): boolean => /^(date|time|datetime|timestamp)$/.test(type)
