import { h } from '../../../page/element.ts'
import type { ErrorRecord, Phase, StepResult } from '../../model.ts'
import { plural, time } from './format.ts'
import { fileHref } from './href.ts'
import { longText } from './pieces.ts'
import { rowsView } from './row-view.ts'
import { errorView } from './source-view.ts'
import { sqlView } from './sql-view.ts'
import { differencesView, valueView } from './value-view.ts'
import { stepIcon } from './words.ts'

/** The axis that all bars of an attempt share, in milliseconds since 1970. */
export type Axis = { readonly from: number; readonly to: number }

type StepListOptions = {
  readonly steps: readonly StepResult[]
  readonly axis: Axis
  /** The step that the URL names; counted from 1 over all steps of the attempt, outer before inner. */
  readonly chosen: number | undefined
  /** The attempt's error, which stands above the steps and need not be told again. */
  readonly told: ErrorRecord | undefined
  onOpen(number: number): void
}

/** The axis from the first step's start to the last one's end. */
export function axisOf(steps: readonly StepResult[]): Axis {
  const ran = steps.filter(step => step.state !== 'not run')
  const from = Math.min(...ran.map(step => step.startedAt))
  const to = Math.max(...ran.map(step => step.startedAt + step.duration))
  return ran.length > 0 ? { from, to: Math.max(to, from + 1) } : { from: 0, to: 1 }
}

/** The steps of an attempt under the names of their phases. */
export function stepList(options: StepListOptions): HTMLElement {
  const list = h('div.steps')
  let number = 0
  let phase: Phase | undefined
  for (const step of options.steps) {
    if (step.phase !== phase && !(phase === undefined && step.phase === 'steps'))
      list.append(h('h3.phase', {}, step.phase))
    phase = step.phase
    number += 1
    list.append(stepView(step, number, options))
    number += countInner(step)
  }
  return list
}

function countInner(step: StepResult): number {
  return step.steps.reduce((sum, inner) => sum + 1 + countInner(inner), 0)
}

function broken(step: StepResult): boolean {
  return step.state === 'failed' || step.state === 'errored' || step.state === 'undecided'
}

function stepView(step: StepResult, number: number, options: StepListOptions): HTMLElement {
  const inner = countInner(step)
  const chosen = options.chosen
  const holdsChosen = chosen !== undefined && chosen >= number && chosen <= number + inner
  const body = h('div.step-body')
  const box = h(
    'details.step',
    { id: `step-${number}`, 'data-state': step.state },
    stepSummary(step, number, options.axis),
    body,
  )
  const fill = () => {
    if (body.childElementCount === 0) body.append(...stepBody(step, number, options))
  }
  box.addEventListener('toggle', () => {
    if (!box.open) return
    const first = body.childElementCount === 0
    fill()
    if (first || document.activeElement === box.firstElementChild) options.onOpen(number)
  })
  if (holdsChosen || broken(step)) {
    fill()
    box.open = true
  }
  if (chosen === number) box.classList.add('chosen')
  return box
}

function stepSummary(step: StepResult, number: number, axis: Axis): HTMLElement {
  const ran = step.state !== 'not run' && step.state !== 'skipped'
  const notes = [
    step.tries !== undefined && step.tries > 1 && plural(step.tries, 'try', 'tries'),
    step.note,
    !ran && step.state,
  ].filter(Boolean)
  return h(
    'summary',
    { 'data-row': 'step', title: `step ${number}, line ${step.line}` },
    stepIcon(step.state),
    h('span.step-name', {}, step.name, notes.length > 0 && h('span.muted.notes', {}, notes.join(' · '))),
    h('code.action', {}, step.action),
    bar(step, axis, ran),
    h('span.number.step-time', {}, ran ? time(step.duration) : ''),
  )
}

function bar(step: StepResult, { from, to }: Axis, ran: boolean): HTMLElement {
  const line = h('span.bar-line', { 'aria-hidden': 'true' })
  if (!ran) return line
  const share = (ms: number) => `${Math.min(100, Math.max(0, (ms / (to - from)) * 100)).toFixed(2)}%`
  const fill = h('span', {
    class: `bar-fill ${step.state}`,
    title: `${time(step.startedAt - from)} after the start, for ${time(step.duration)}`,
  })
  fill.style.left = share(step.startedAt - from)
  fill.style.width = share(step.duration)
  line.append(fill)
  return line
}

function stepBody(step: StepResult, number: number, options: StepListOptions): HTMLElement[] {
  let next = number
  const inner = step.steps.map(one => {
    next += 1
    const view = stepView(one, next, options)
    next += countInner(one)
    return view
  })
  const parts = [
    h(
      'p.step-place',
      {},
      step.on.map(place => h('code', {}, place)),
      h('span.muted', {}, `${step.file}:${step.line}`),
    ),
    inner.length > 0 && h('div.steps.inner', {}, inner),
    stepError(step, options.told),
    differencesView(step.differences),
    ...step.rows.map(rowsView),
    !isEmpty(step.input) && valueView('Input', step.input),
    ...step.sql.map(sqlView),
    valueView('Expected', step.expected),
    valueView('Result', step.result),
    ...step.texts.map(({ title, text }) => h('div.part', {}, h('h4', {}, title), longText(text))),
    step.log.length > 0 && h('div.part', {}, h('h4', {}, 'Log'), longText(step.log.join('\n'))),
    step.attachments.length > 0 &&
      h(
        'div.part',
        {},
        h('h4', {}, 'Files'),
        h(
          'ul.files',
          {},
          step.attachments.map(file => h('li', {}, h('a', { href: fileHref(file.path) }, file.name))),
        ),
      ),
  ]
  return parts.filter(part => part instanceof HTMLElement)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function stepError(step: StepResult, told: ErrorRecord | undefined): HTMLElement | undefined {
  const { error } = step
  if (!error) return undefined
  if (!broken(step)) return h('div.part', {}, h('h4', {}, 'Error, as expected'), errorView(error, false))
  if (error.message === told?.message && error.code === told.code) return h('p.error-line', {}, error.message)
  return errorView(error)
}
