import { h } from '../../../../page/element.ts'
import { rememberToken } from './api.ts'

/** Asks for the token that the server wants; `done` when one was given. */
export function tokenForm(done: () => void, wrong: boolean): HTMLElement {
  const input = h('input', {
    id: 'token',
    name: 'token',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  })
  const form = h(
    'form.token.panel',
    {},
    h('h1', {}, 'This server needs a token'),
    h(
      'p.muted',
      {},
      'It was set with ASSAY_DATAX_TOKEN when the server was started. It is kept until you close this tab.',
    ),
    h('div.inline', {}, h('label', { for: 'token' }, 'Token'), input, h('button.main', { type: 'submit' }, 'Enter')),
    wrong && h('p.error', { role: 'alert' }, 'That is not the token.'),
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    if (input.value === '') return
    rememberToken(input.value)
    done()
  })
  queueMicrotask(() => input.focus())
  return form
}
