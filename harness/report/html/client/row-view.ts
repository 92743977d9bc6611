import { h } from '../../../page/element.ts'
import type { RowDifference, RowDifferences } from '../../model.ts'
import { count, plural } from './format.ts'

/** Up to so many columns stand beside each other, left and right; more go under each other. */
const BESIDE = 6

export function rowsView(rows: RowDifferences): HTMLElement {
  const { changed, onlyLeft, onlyRight, compared } = rows.totals
  const total = changed + onlyLeft + onlyRight
  const parts = [
    changed > 0 && `${count(changed)} changed`,
    onlyLeft > 0 && `${count(onlyLeft)} only in ${rows.left}`,
    onlyRight > 0 && `${count(onlyRight)} only in ${rows.right}`,
  ].filter(Boolean)
  const shown = rows.examples.length < total ? `; the first ${rows.examples.length} are shown` : ''
  const line =
    total === 0
      ? `${plural(compared, 'row')} compared, none differs`
      : `${parts.join(', ')} of ${plural(compared, 'row')} compared${shown}`
  const beside = rows.columns.length <= BESIDE && !matchMedia('(max-width: 720px)').matches
  return h(
    'div.part',
    {},
    h('h4', {}, 'Rows of ', h('code', {}, rows.table)),
    h('p', {}, line),
    rows.examples.length > 0 &&
      h(
        'div.scroll',
        { tabindex: 0, role: 'region', 'aria-label': `differing rows of ${rows.table}` },
        beside ? besideTable(rows) : stackedTable(rows),
      ),
  )
}

function besideTable(rows: RowDifferences): HTMLElement {
  const { columns, left, right } = rows
  const head = [
    h(
      'tr',
      {},
      h('th'),
      h('th.group', { colspan: columns.length, scope: 'colgroup' }, left),
      h('th.group', { colspan: columns.length, scope: 'colgroup' }, right),
    ),
    h('tr', {}, h('th'), columnHeads(rows), columnHeads(rows)),
  ]
  const body = rows.examples.map(one =>
    h(
      'tr',
      {},
      h('td.kind', {}, kindWord(one, rows)),
      cells(one, one.left, columns.length, true),
      cells(one, one.right, columns.length, true),
    ),
  )
  return h('table.rows', {}, h('thead', {}, head), h('tbody', {}, body))
}

function stackedTable(rows: RowDifferences): HTMLElement {
  const width = rows.columns.length
  const body = rows.examples.flatMap(one => [
    one.left &&
      h('tr.upper', {}, h('td.kind', {}, kindWord(one, rows)), h('td', {}, rows.left), cells(one, one.left, width)),
    one.right &&
      h(
        'tr',
        {},
        h('td.kind', {}, one.left ? '' : kindWord(one, rows)),
        h('td', {}, rows.right),
        cells(one, one.right, width),
      ),
  ])
  return h('table.rows', {}, h('thead', {}, h('tr', {}, h('th'), h('th'), columnHeads(rows))), h('tbody', {}, body))
}

function columnHeads({ columns, key }: RowDifferences): HTMLElement[] {
  return columns.map((column, index) => {
    const mark = key.includes(column) ? h('span.key', { title: 'key' }, ' key') : undefined
    return h('th', { scope: 'col', class: index === 0 ? 'first' : undefined }, column, mark)
  })
}

function cells(
  one: RowDifference,
  values: readonly (string | null)[] | undefined,
  width: number,
  first = false,
): HTMLElement[] {
  const mark = (index: number) => one.kind === 'changed' && one.differing.includes(index)
  const classes = (index: number) =>
    [mark(index) ? 'differs' : '', first && index === 0 ? 'first' : '', values ? '' : 'absent']
      .filter(Boolean)
      .join(' ')
  return Array.from({ length: width }, (_, index) =>
    h('td', { class: classes(index) || undefined }, values ? cellText(values[index]) : ''),
  )
}

function kindWord(one: RowDifference, { left, right }: RowDifferences): string {
  return one.kind === 'changed' ? '≠ changed' : `− only in ${one.kind === 'only left' ? left : right}`
}

/** A null is told from the text `null`, and an empty text from nothing. */
export function cellText(value: string | null | undefined): Node | string {
  if (value === null || value === undefined) return h('span.null', {}, 'null')
  return value === '' ? h('span.null', {}, "''") : value
}
