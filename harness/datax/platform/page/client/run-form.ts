import { h } from '../../../../page/element.ts'
import { Refusal, send } from './api.ts'
import { Fields } from './form.ts'
import type { Config, Execution } from './model.ts'
import { busy } from './pieces.ts'
import { hashOf } from './route.ts'
import { variablesOf } from './templates.ts'

const SECRET = /pass|pwd|secret|token|key/i

/** Runs a saved config: a field for each of its variables, and the mode. */
export function runForm(config: Config, isChanged: () => boolean): HTMLElement {
  const names = variablesOf(config.content ?? '')
  const fields = new Fields([
    ...names.map(name => ({
      ...{ name: `params.${name}`, label: name },
      ...(SECRET.test(name) ? { type: 'password' as const } : {}),
    })),
    {
      name: 'mode',
      label: 'Mode',
      type: 'select',
      options: ['strict', 'compat'],
      hint: 'compat: as DataX, quirks included',
    },
  ])
  const told = h('div.told-here', { 'aria-live': 'polite' })
  const run = h('button.main', { type: 'submit' }, 'Run')
  const form = h('form', { autocomplete: 'off' }, fields.node, h('div.actions', {}, run), told)
  form.addEventListener('submit', event => {
    event.preventDefault()
    void busy(run, told, async () => {
      if (isChanged()) throw new Refusal('not_saved', 'What you changed is not saved yet, and would not be run.')
      const params = names
        .map(name => [name, fields.get(`params.${name}`)] as const)
        .filter(([, value]) => value !== '')
      const input = { id: config.id, mode: fields.get('mode'), params: Object.fromEntries(params) }
      const { id } = await send<Execution>('/api/config/exec', input)
      location.hash = hashOf(`run/${id}`)
    })
  })
  return h('div.panel', {}, h('h2', {}, 'Run it'), form)
}
