import { append, h } from '../../../page/element.ts'
import type { ErrorRecord, Excerpt, ServerLogLine, StepResult } from '../../model.ts'
import { longText } from './pieces.ts'

/** A case of more lines is cut to those around the failing one. */
const LONG_EXCERPT = 48
const AROUND = 16

/** The lines of the case file, the failing one marked, the caret under its column where that is known. */
export function excerptView(
  excerpt: Excerpt,
  error: ErrorRecord | undefined,
  stepLine: number | undefined,
): HTMLElement {
  const here = error?.file === undefined || error.file === excerpt.file
  const marked = here && error?.line !== undefined ? error.line : stepLine
  const width = String(excerpt.from + excerpt.lines.length).length
  const number = (value: string) => h('span.line-number', {}, value.padStart(width))
  const lineView = (text: string, index: number) => {
    const line = excerpt.from + index
    if (line !== marked) return [h('span.line', {}, number(String(line)), text, '\n')]
    const known = here && error?.column !== undefined && error.line === line
    const caret = known && `${' '.repeat(Math.max(0, error.column - 1))}^ ${error.message.split('\n', 1)[0]}`
    return [
      h('span.line.marked', {}, number(String(line)), text, '\n'),
      caret && h('span.line.caret', {}, number(''), caret, '\n'),
    ]
  }
  const views = excerpt.lines.map(lineView)
  const at = (marked ?? excerpt.from) - excerpt.from
  const first = views.length > LONG_EXCERPT ? Math.max(0, at - AROUND) : 0
  const last = views.length > LONG_EXCERPT ? at + AROUND : views.length
  const box = h('pre.source', { tabindex: 0 }, views.slice(first, last))
  const all = h('button.quiet', { type: 'button' }, `Show all ${views.length} lines of the case`)
  all.addEventListener('click', () => {
    box.replaceChildren()
    append(box, views)
    all.remove()
  })
  const whole = first === 0 && last >= views.length
  return h('div.part', {}, h('h4', {}, h('code', {}, excerpt.file)), box, !whole && all)
}

/** Whether the excerpt shows what the error's own frame would. */
export function coversFrame(excerpt: Excerpt | undefined, error: ErrorRecord | undefined): boolean {
  if (!excerpt || error?.line === undefined) return false
  return error.file === excerpt.file && error.line >= excerpt.from && error.line < excerpt.from + excerpt.lines.length
}

/** An error: its code and sentence, what the system calls it, the next step, and behind a fold where it came from. */
export function errorView(error: ErrorRecord, withFrame = true): HTMLElement {
  const names = [error.class, error.systemCode].filter(name => name !== undefined)
  const place = error.file && [error.file, error.line, error.column].filter(part => part !== undefined).join(':')
  const behind = [error.stack, error.data === undefined ? undefined : JSON.stringify(error.data, null, 2)].filter(
    text => text !== undefined,
  )
  return h(
    'div.error',
    {},
    h(
      'p.error-head',
      {},
      h('code', {}, error.code),
      names.map(name => h('code', {}, name)),
      place && h('span.muted', {}, place),
    ),
    h('p.message', {}, error.message),
    error.hint && h('p.hint', {}, error.hint),
    withFrame && error.frame && h('pre', { tabindex: 0 }, error.frame),
    error.cause && h('p.muted', {}, 'Caused by: ', error.cause),
    behind.length > 0 && h('details', {}, h('summary', {}, 'Where it came from'), behind.map(longText)),
  )
}

/** Milliseconds by which a log line may seem to come before the step that caused it. */
const CLOCK_SLACK = 5
const GRAVE = /\b(error|fatal|panic|assert\w*|core dumped)\b/i

type ServerLogOptions = {
  readonly lines: readonly ServerLogLine[]
  /** Start of the attempt, from which times count. */
  readonly zero: number
  /** The step that failed. Lines of before stand back: on a shared server they are often another case's. */
  readonly step: Pick<StepResult, 'startedAt'> | undefined
}

/** Lines of the servers' own logs. */
export function serverLogView({ lines, zero, step }: ServerLogOptions): HTMLElement | undefined {
  if (lines.length === 0) return undefined
  const rows = lines.map(line => {
    const at =
      line.at === undefined ? '' : `${line.at < zero ? '−' : '+'}${(Math.abs(line.at - zero) / 1000).toFixed(3)} s`
    const before = line.at !== undefined && step !== undefined && line.at < step.startedAt - CLOCK_SLACK
    return h(
      'tr',
      { class: before ? 'earlier' : GRAVE.test(line.text) ? 'grave' : undefined },
      h('td', {}, line.server),
      h('td.number', {}, at),
      h('td.log-text', {}, line.text),
    )
  })
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'server'),
    h('th', { scope: 'col' }, 'time'),
    h('th', { scope: 'col' }, 'line'),
  )
  return h(
    'div.part',
    {},
    h('h4', {}, 'Server logs around the failing step'),
    h(
      'div.scroll',
      { tabindex: 0, role: 'region', 'aria-label': 'server logs' },
      h('table.log', {}, h('thead', {}, head), h('tbody', {}, rows)),
    ),
  )
}
