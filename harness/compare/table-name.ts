import type { TableName } from './model.ts'

/** `orders` or `public.orders` (MySQL: `database.orders`). A name that holds a dot is given as `{ name }`. */
export function parseTableName(given: string | TableName): TableName {
  if (typeof given !== 'string') return given
  const dot = given.indexOf('.')
  return dot < 0 ? { name: given } : { schema: given.slice(0, dot), name: given.slice(dot + 1) }
}

/** `public.orders`, for people. */
export function showTableName({ schema, name }: TableName): string {
  return schema === undefined ? name : `${schema}.${name}`
}
