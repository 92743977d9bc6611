import { h } from '../../../../page/element.ts'
import { Refusal, read, send } from './api.ts'
import { DB_TYPES } from './datasource-list.ts'
import { Fields } from './form.ts'
import { duration } from './format.ts'
import type { Datasource } from './model.ts'
import { agree, busy, heading, note, table } from './pieces.ts'
import { hashOf, type Route } from './route.ts'

const PORTS: Readonly<Record<string, string>> = { mysql: '3306', postgresql: '5432', greenplum: '5432', oracle: '1521' }

/** One datasource, or a new one: its account, ping, and the columns of its tables. */
export async function datasourcePage({ id }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const saved = id === undefined ? undefined : await stored(id, signal)
  const fields = fieldsOf(saved)
  const told = h('div.told-here', { 'aria-live': 'polite' })
  const given = (): Record<string, string | undefined> => {
    const { password, ...rest } = fields.values()
    return { ...rest, ...(saved && password === '' ? {} : { password }) }
  }
  const tell = (error: unknown): never => {
    throw fields.refused(error)
  }
  const save = h('button.main', { type: 'submit' }, saved ? 'Save changes' : 'Save')
  const ping = h('button', { type: 'button' }, 'Ping')
  ping.addEventListener('click', () =>
    busy(ping, told, async () => {
      fields.tell([])
      // a stored password goes only where it was stored for
      const asStored = saved && unchanged(saved, fields.values())
      const { ms } = await send<{ ms: number }>('/api/datasource/ping', asStored ? { id } : given(), signal).catch(tell)
      told.replaceChildren(h('p.fine', {}, `It answers, in ${duration(ms)}.`))
    }),
  )
  const form = h('form', { autocomplete: 'off', novalidate: true }, fields.node, h('div.actions', {}, save, ping), told)
  form.addEventListener('submit', event => {
    event.preventDefault()
    void busy(save, told, async () => {
      fields.tell([])
      const path = saved ? '/api/datasource/update' : '/api/datasource/save'
      const row = await send<Datasource>(path, saved ? { id, ...given() } : given(), signal).catch(tell)
      note(`Datasource ${row.source_name} is saved.`)
      if (saved) window.dispatchEvent(new HashChangeEvent('hashchange'))
      else location.hash = hashOf(`datasource/${row.id}`)
    })
  })
  return h(
    'section',
    {},
    h('p.up', {}, h('a', { href: hashOf('datasources') }, 'Datasources')),
    heading(saved?.source_name ?? 'New datasource', saved && deleteButton(saved, told)),
    h('div.panel', {}, form),
    saved && columnsPanel(saved),
  )
}

async function stored(id: number, signal: AbortSignal): Promise<Datasource> {
  const all = await read<readonly Datasource[]>('/api/datasource/list', {}, signal)
  const found = all.find(one => one.id === id)
  if (!found) throw new Refusal('not_found', `there is no datasource ${id}`)
  return found
}

function fieldsOf(saved: Datasource | undefined): Fields {
  const type = saved?.db_type ?? 'mysql'
  const fields = new Fields([
    { name: 'source_name', label: 'Name', value: saved?.source_name ?? '', required: true },
    { name: 'db_type', label: 'Type', value: type, type: 'select', options: DB_TYPES },
    { name: 'host', label: 'Host', value: saved?.host ?? '', required: true },
    { name: 'port', label: 'Port', value: String(saved?.port ?? PORTS[type]), type: 'number', required: true },
    { name: 'db_name', label: 'Database', value: saved?.db_name ?? '', required: true },
    { name: 'username', label: 'User', value: saved?.username ?? '', required: true },
    {
      ...{ name: 'password', label: 'Password', type: 'password' },
      ...(saved ? { hint: 'Left empty it stays as it is.' } : {}),
    },
    { name: 'project_name', label: 'Project', value: saved?.project_name ?? '' },
    { name: 'uid', label: 'Owner (uid)', value: saved?.uid ?? '' },
    { name: 'description', label: 'Description', value: saved?.description ?? '', wide: true },
  ])
  let known = PORTS[type]
  fields.on('db_type', () => {
    const port = PORTS[fields.get('db_type')] ?? ''
    if (fields.get('port') === known) fields.set('port', port)
    known = port
  })
  return fields
}

function unchanged(saved: Datasource, values: Readonly<Record<string, string>>): boolean {
  const names = ['host', 'port', 'db_name', 'username', 'db_type'] as const
  return values.password === '' && names.every(name => String(saved[name]) === values[name])
}

function deleteButton(saved: Datasource, told: HTMLElement): HTMLElement {
  const button = h('button.danger', { type: 'button' }, 'Delete')
  button.addEventListener('click', () =>
    busy(button, told, async () => {
      if (!(await agree(`Delete ${saved.source_name}?`, 'Configs that name its database stay as they are.', 'Delete')))
        return
      const { used_by } = await send<{ used_by: readonly { config_name: string }[] }>('/api/datasource/delete', {
        id: saved.id,
      })
      const users = used_by.map(one => one.config_name).join(', ')
      note(
        `Datasource ${saved.source_name} is deleted.${users === '' ? '' : ` Configs that still connect there: ${users}.`}`,
      )
      location.hash = hashOf('datasources')
    }),
  )
  return button
}

function columnsPanel(saved: Datasource): HTMLElement {
  const told = h('div.told-here', { 'aria-live': 'polite' })
  const name = h('input', {
    id: 'table-name',
    name: 'table',
    placeholder: 'city',
    spellcheck: 'false',
    autocapitalize: 'none',
    autocomplete: 'off',
  })
  const show = h('button', { type: 'submit' }, 'Show columns')
  const form = h('form.inline', {}, h('label', { for: 'table-name' }, 'Table'), name, show)
  form.addEventListener('submit', event => {
    event.preventDefault()
    void busy(show, told, async () => {
      const columns = await read<readonly { column_name: string; data_type: string }[]>('/api/datasource/columns', {
        ...{ id: saved.id, table_name: name.value },
      })
      const rows = columns.map(one => ({
        key: one.column_name,
        cells: [h('code', {}, one.column_name), one.data_type],
      }))
      told.replaceChildren(table({ label: `Columns of ${name.value}`, columns: ['Column', 'Type'], rows }))
    })
  })
  return h('div.panel', {}, h('h2', {}, 'Columns of a table'), form, told)
}
