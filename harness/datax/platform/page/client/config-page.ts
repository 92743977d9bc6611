import { type Child, h } from '../../../../page/element.ts'
import { Refusal, read, send } from './api.ts'
import { Editor } from './editor.ts'
import { Fields } from './form.ts'
import type { Config, Finding } from './model.ts'
import { agree, busy, heading, note } from './pieces.ts'
import { hashOf, type Route } from './route.ts'
import { runForm } from './run-form.ts'
import { runTable } from './run-list.ts'
import { TEMPLATES, template } from './templates.ts'

/** What was written and not saved, by config: it is there again when one comes back. */
const drafts = new Map<string, string>()

window.addEventListener('beforeunload', event => {
  if (drafts.size > 0) event.preventDefault()
})

/** One config, or a new one: its job with what is found in it, running it, and its runs. */
export async function configPage({ id }: Route, signal: AbortSignal): Promise<HTMLElement> {
  const saved = id === undefined ? undefined : await read<Config>('/api/config', { id }, signal)
  const key = String(id ?? 'new')
  const original = saved?.content ?? template(TEMPLATES[0] as string)
  const told = h('div.told-here', { 'aria-live': 'polite' })
  const changed = h('span.changed', { hidden: true }, 'not saved')
  const fields = fieldsOf(saved)
  const editor = new Editor({
    ...{ text: drafts.get(key) ?? original, signal },
    check: async content =>
      (await send<{ findings: readonly Finding[] }>('/api/config/check', { content }, signal)).findings.filter(
        one => one.code !== 'DATAX_VARIABLE',
      ),
    onInput: text => keep(text),
  })
  const keep = (text: string): void => {
    if (text === original) drafts.delete(key)
    else drafts.set(key, text)
    changed.hidden = !drafts.has(key)
  }
  changed.hidden = !drafts.has(key)
  const save = h('button.main', { type: 'submit' }, saved ? 'Save changes' : 'Save')
  const form = h(
    'form',
    { autocomplete: 'off', novalidate: true },
    fields.node,
    !saved && templates(editor, keep),
    editor.node,
    h('div.actions', {}, save, changed),
    told,
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    void busy(save, told, async () => {
      fields.tell([])
      const input = { ...fields.values(), content: editor.text, ...(saved ? { id } : {}) }
      const row = await send<Config>(saved ? '/api/config/update' : '/api/config/save', input, signal).catch(error => {
        if (error instanceof Refusal && Array.isArray(error.data.findings))
          editor.show(error.data.findings as readonly Finding[])
        throw fields.refused(error)
      })
      drafts.delete(key)
      note(`Config ${row.config_name} is saved.`)
      if (saved) window.dispatchEvent(new HashChangeEvent('hashchange'))
      else location.hash = hashOf(`config/${row.id}`)
    })
  })
  return h(
    'section',
    {},
    h('p.up', {}, h('a', { href: hashOf('configs') }, 'Configs')),
    heading(
      saved?.config_name ?? 'New config',
      saved && deleteButton(saved, { told, forget: () => drafts.delete(key) }),
    ),
    saved && h('p.muted.path', {}, h('code', {}, saved.config_path)),
    h('div.panel', {}, form),
    saved && runForm(saved, () => drafts.has(key)),
    saved && runsPanel(saved, signal),
  )
}

function fieldsOf(saved: Config | undefined): Fields {
  return new Fields([
    { name: 'config_name', label: 'Name', value: saved?.config_name ?? '', required: true },
    { name: 'project_name', label: 'Project', value: saved?.project_name ?? '' },
    { name: 'uid', label: 'Owner (uid)', value: saved?.uid ?? '' },
  ])
}

function templates(editor: Editor, keep: (text: string) => void): Child {
  const choice = h(
    'select',
    { id: 'template' },
    TEMPLATES.map(name => h('option', { value: name }, name)),
  )
  choice.addEventListener('input', () => {
    editor.text = template(choice.value)
    keep(editor.text)
  })
  return h('div.inline', {}, h('label', { for: 'template' }, 'Begin with'), choice)
}

function deleteButton(saved: Config, how: { readonly told: HTMLElement; readonly forget: () => void }): HTMLElement {
  const button = h('button.danger', { type: 'button' }, 'Delete')
  button.addEventListener('click', () =>
    busy(button, how.told, async () => {
      const sure = await agree(
        `Delete ${saved.config_name}?`,
        'Its file and the logs of its runs go with it.',
        'Delete',
      )
      if (!sure) return
      await send('/api/config/delete', { id: saved.id })
      how.forget()
      note(`Config ${saved.config_name} is deleted.`)
      location.hash = hashOf('configs')
    }),
  )
  return button
}

function runsPanel(saved: Config, signal: AbortSignal): HTMLElement {
  return h(
    'div.panel',
    {},
    h('h2', {}, 'Runs'),
    runTable({ query: { config_id: String(saved.id) }, pageSize: 5, empty: 'It has not been run yet.' }, signal),
    h('p', {}, h('a', { href: hashOf('runs', { config_id: saved.id }) }, 'All runs of this config')),
  )
}
