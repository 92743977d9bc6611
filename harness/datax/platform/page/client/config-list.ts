import { h } from '../../../../page/element.ts'
import { read } from './api.ts'
import type { Config, Paged } from './model.ts'
import { badge, empty, heading, pager, table, time } from './pieces.ts'
import { hashOf, type Route } from './route.ts'

export async function configList({ query }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const { page } = query
  const found = await read<Paged<Config>>('/api/config/query', { page }, signal)
  const rows = found.rows.map(one => ({
    key: String(one.id),
    cells: [
      h('a.name', { href: hashOf(`config/${one.id}`) }, one.config_name),
      one.last_status
        ? h('a', { href: hashOf('runs', { config_id: one.id }) }, badge(one.last_status))
        : h('span.muted', {}, 'never run'),
      one.project_name || h('span.muted', {}, '–'),
      one.uid || h('span.muted', {}, '–'),
      time(one.insert_time),
    ],
  }))
  return h(
    'section',
    {},
    heading('Configs', h('a.button.main', { href: hashOf('config/new') }, 'New config')),
    rows.length > 0
      ? table({ label: 'Configs', columns: ['Name', 'Last run', 'Project', 'Owner', 'Saved'], rows })
      : empty('No config yet.', h('p', {}, 'A config is a DataX job: what is read, what is written, and how fast.')),
    pager(found, page => hashOf('configs', { page })),
  )
}
