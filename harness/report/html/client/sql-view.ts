import { h } from '../../../page/element.ts'
import type { SqlRecord } from '../../model.ts'
import { count, plural, pretty, time } from './format.ts'
import { copyButton, longText, table } from './pieces.ts'
import { cellText } from './row-view.ts'

/** A statement: where it ran, how long, how many rows, and the first of them. */
export function sqlView(sql: SqlRecord): HTMLElement {
  const outcome = [
    sql.rowCount !== undefined && (sql.rowCount > 0 || !sql.affected) && plural(sql.rowCount, 'row'),
    sql.affected !== undefined && (sql.affected > 0 || !sql.rowCount) && `${count(sql.affected)} affected`,
    time(sql.duration),
  ].filter(Boolean)
  const rows = sql.rows ?? []
  const more = sql.rowCount !== undefined && sql.rowCount > rows.length && rows.length > 0
  return h(
    'div.part.sql',
    {},
    h(
      'div.part-head',
      {},
      h('h4', {}, 'SQL on ', h('code', {}, sql.endpoint)),
      h('span.muted', {}, outcome.join(' · ')),
      copyButton('Copy', sql.text),
    ),
    longText(sql.text),
    sql.parameters &&
      sql.parameters.length > 0 &&
      h(
        'p.parameters',
        {},
        sql.parameters.map((value, index) =>
          h('span', {}, h('code', {}, `$${index + 1}`), ' ', h('code', {}, pretty(value))),
        ),
      ),
    sql.error && h('p.error-line', {}, sql.error),
    sql.columns &&
      rows.length > 0 &&
      table(
        sql.columns,
        rows.map(row => row.map(cellText)),
        `rows from ${sql.endpoint}`,
      ),
    more && h('p.muted', {}, `the first ${rows.length} of ${count(sql.rowCount ?? 0)} rows`),
  )
}
