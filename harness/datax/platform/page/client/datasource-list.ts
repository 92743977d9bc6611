import { h } from '../../../../page/element.ts'
import { read } from './api.ts'
import type { Datasource, Paged } from './model.ts'
import { empty, heading, pager, table, time } from './pieces.ts'
import { hashOf, type Route } from './route.ts'

export const DB_TYPES = ['mysql', 'postgresql', 'greenplum', 'oracle'] as const

export async function datasourceList({ query }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const { page, db_type } = query
  const found = await read<Paged<Datasource>>('/api/datasource/query', { page, db_type }, signal)
  const here = (change: Readonly<Record<string, string | number | undefined>>): string =>
    hashOf('datasources', { db_type, ...change })
  const rows = found.rows.map(one => ({
    key: String(one.id),
    cells: [
      h('a.name', { href: hashOf(`datasource/${one.id}`) }, one.source_name),
      h('span.kind', {}, one.db_type),
      h('code', {}, `${one.host}:${one.port}/${one.db_name}`),
      one.username,
      one.project_name || h('span.muted', {}, '–'),
      time(one.insert_time),
    ],
  }))
  const filter = h(
    'nav.filter',
    { 'aria-label': 'Type' },
    [undefined, ...DB_TYPES].map(type =>
      h('a', { href: here({ db_type: type }), 'aria-current': type === db_type ? 'true' : undefined }, type ?? 'all'),
    ),
  )
  return h(
    'section',
    {},
    heading('Datasources', h('a.button.main', { href: hashOf('datasource/new') }, 'New datasource')),
    filter,
    rows.length > 0
      ? table({ label: 'Datasources', columns: ['Name', 'Type', 'Address', 'User', 'Project', 'Saved'], rows })
      : empty(
          db_type ? `No datasource of type ${db_type}.` : 'No datasource yet.',
          h('p', {}, 'A datasource is an account on a database: it can be pinged, and its tables looked at.'),
        ),
    pager(found, page => here({ page })),
  )
}
