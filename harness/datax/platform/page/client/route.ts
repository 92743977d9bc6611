/** A place of the page: `#/runs?status=failed&page=2`, `#/config/3`, `#/datasource/new`. */
export type Route = {
  readonly view: 'runs' | 'run' | 'configs' | 'config' | 'datasources' | 'datasource' | 'missing'
  /** Undefined for a new one. */
  readonly id?: number | undefined
  readonly query: Readonly<Record<string, string>>
}

const LISTS = ['runs', 'configs', 'datasources'] as const
const SINGLES = ['run', 'config', 'datasource'] as const

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const query = Object.fromEntries(new URLSearchParams(search))
  const [name = '', id, ...more] = path.split('/')
  if (name === '') return { view: 'runs', query }
  const list = LISTS.find(one => one === name)
  if (list && id === undefined) return { view: list, query }
  const single = SINGLES.find(one => one === name)
  if (single && more.length === 0 && id === 'new' && single !== 'run') return { view: single, query }
  if (single && more.length === 0 && /^[1-9]\d{0,14}$/.test(id ?? '')) return { view: single, id: Number(id), query }
  return { view: 'missing', query }
}

export function hashOf(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `#/${path}${search === '' ? '' : `?${search}`}`
}
