import { h } from '../../../page/element.ts'
import type { Attempt, EvidenceFile, StepResult } from '../../model.ts'
import type { PageCase, PageDetail } from '../payload.ts'
import { type CaseChange, changeNote, historyStrip, limitsTable, searchHash } from './case-list.ts'
import { bytes, count, time, utc } from './format.ts'
import { fileHref, safeHref } from './href.ts'
import { command, copyButton, facts, longText, tagList } from './pieces.ts'
import { coversFrame, errorView, excerptView, serverLogView } from './source-view.ts'
import { axisOf, stepList } from './step-view.ts'
import { badge } from './words.ts'

export type CasePageOptions = {
  readonly one: PageCase
  readonly detail: PageDetail
  readonly change: CaseChange | undefined
  readonly attempt: number | undefined
  readonly step: number | undefined
  /** Hash of the page to go back to. */
  readonly back: string
  /** Called when an attempt or a step is chosen, to keep the URL. */
  onRoute(attempt: number, step: number | undefined): void
}

export function casePage(options: CasePageOptions): HTMLElement {
  const { one, detail } = options
  return h(
    'article.case',
    {},
    h(
      'nav.crumbs',
      {},
      h('a', { href: options.back }, '← All cases'),
      ' / ',
      h('a', { href: searchHash(`suite:${one.suite}`) }, one.suite),
    ),
    h('h1.case-title', {}, badge(one.verdict), h('span', {}, one.name)),
    h(
      'p.case-id',
      {},
      h('code', {}, one.id),
      one.cell !== undefined && h('code.cell', {}, one.cell),
      tagList(one.tags, tag => searchHash(`@${tag}`)),
      historyStrip(one),
    ),
    options.change &&
      h(
        'p.change-note',
        {},
        changeNote(options.change).replace(/^./, letter => letter.toUpperCase()),
      ),
    detail.about && h('p.about', {}, detail.about),
    one.reason &&
      h(
        'p.reason',
        {},
        one.ticket && !one.reason.includes(one.ticket) && h('strong', {}, `${one.ticket}: `),
        one.reason,
      ),
    caseFacts(one, detail),
    h('div.buttons', {}, command('Copy', detail.replay), copyButton('Copy link', location.href)),
    one.verdict === 'limit broken' && limitsView(one),
    attemptsView(options),
    one.verdict !== 'limit broken' && limitsView(one),
    metricsView(detail),
  )
}

function caseFacts(one: PageCase, detail: PageDetail): HTMLElement {
  const targets = detail.targets.map(target =>
    [target.name, ...Object.entries(target.versions).map(([name, version]) => `${name} ${version}`)].join(' · '),
  )
  const links = Object.entries(detail.links).map(
    ([kind, values]) => [kind, values.map(value => h('span.link', {}, linkOf(value)))] as const,
  )
  return facts([
    ['place', h('code', {}, `${one.file}:${one.line}`)],
    ['tier', one.tier],
    ['target', targets.join('; ')],
    ['owner', one.owner && h('a', { href: searchHash(`owner:${one.owner}`) }, one.owner)],
    ['started', utc(detail.startedAt)],
    ['duration', one.attempts > 0 && time(one.duration)],
    ...links,
  ])
}

function linkOf(value: string): HTMLElement | string {
  const href = safeHref(value)
  return href ? h('a', { href, rel: 'noreferrer' }, value.replace(/^https?:\/\//, '')) : value
}

function attemptsView(options: CasePageOptions): HTMLElement | undefined {
  const { attempts } = options.detail
  if (attempts.length === 0) return undefined
  const panel = h('div.attempt', { id: 'attempt', role: attempts.length > 1 ? 'tabpanel' : undefined })
  const tabs: HTMLButtonElement[] = []
  const show = (index: number, step: number | undefined) => {
    const attempt = attempts[index]
    if (!attempt) return
    panel.replaceChildren(...attemptView(attempt, options, step, number => options.onRoute(index + 1, number)))
    for (const [at, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(at === index))
      tab.tabIndex = at === index ? 0 : -1
    }
  }
  if (attempts.length > 1) {
    tabs.push(
      ...attempts.map((attempt, index) =>
        attemptTab(attempt, index, () => {
          show(index, undefined)
          options.onRoute(index + 1, undefined)
        }),
      ),
    )
    for (const [index, tab] of tabs.entries()) {
      tab.addEventListener('keydown', event => {
        const next =
          event.key === 'ArrowRight' ? tabs[index + 1] : event.key === 'ArrowLeft' ? tabs[index - 1] : undefined
        next?.focus()
        next?.click()
      })
    }
  }
  const first = Math.min(options.attempt ?? attempts.length, attempts.length) - 1
  show(first, options.step)
  return h('div', {}, tabs.length > 0 && h('div.tabs', { role: 'tablist', 'aria-label': 'attempts' }, tabs), panel)
}

function attemptTab(attempt: Attempt, index: number, choose: () => void): HTMLButtonElement {
  return h(
    'button.tab',
    { type: 'button', role: 'tab', 'aria-controls': 'attempt', onclick: choose },
    `Attempt ${index + 1}`,
    badge(attempt.verdict),
    h('span.muted.number', {}, time(attempt.duration)),
  )
}

function attemptView(
  attempt: Attempt,
  { detail }: CasePageOptions,
  chosen: number | undefined,
  onOpen: (step: number) => void,
): HTMLElement[] {
  const failedStep = brokenAmong(attempt.steps)
  const covered = coversFrame(detail.excerpt, attempt.error)
  const failed = attempt.verdict !== 'passed'
  const parts = [
    attempt.error && errorView(attempt.error, !covered),
    ...attempt.alsoFailed.map(error =>
      h('div.also', {}, h('h4', {}, 'Also failed, in a check or while cleaning up'), errorView(error)),
    ),
    failed &&
      detail.excerpt &&
      (covered || failedStep) &&
      excerptView(detail.excerpt, attempt.error, lineIn(detail.excerpt.file, attempt.steps)),
    attempt.steps.length > 0 && h('h2', {}, 'Steps', h('span.count', {}, count(attempt.steps.length))),
    attempt.steps.length > 0 &&
      stepList({ steps: attempt.steps, axis: axisOf(attempt.steps), chosen, told: attempt.error, onOpen }),
    serverLogView({ lines: attempt.serverLog, zero: attempt.startedAt, step: failedStep }),
    evidenceView(attempt.evidence, detail.texts),
  ]
  return parts.filter(part => part instanceof HTMLElement)
}

/** Files of the evidence folder; those that are in the page unfold, and all have a link to the file itself. */
function evidenceView(files: readonly EvidenceFile[], texts: PageDetail['texts']): HTMLElement | undefined {
  if (files.length === 0) return undefined
  const views = files.map(file => {
    const text = texts[file.path]
    const link = [h('a', { href: fileHref(file.path) }, file.name), ' ', h('span.muted.number', {}, bytes(file.bytes))]
    if (text === undefined) return h('p.file', {}, link)
    return h('details.fold', {}, h('summary', { 'data-row': 'file' }, h('span', {}, link)), longText(text))
  })
  return h('div.part', {}, h('h4', {}, 'Evidence'), views)
}

/** The line of a file at which the failure came about: of the step there that called the shared action which failed. */
function lineIn(file: string, steps: readonly StepResult[]): number | undefined {
  const broken = steps.find(step => isBroken(step))
  if (!broken) return undefined
  return lineIn(file, broken.steps) ?? (broken.file === file ? broken.line : undefined)
}

/** The innermost step that went wrong. */
function brokenAmong(steps: readonly StepResult[]): StepResult | undefined {
  const broken = steps.find(step => isBroken(step))
  return broken && (brokenAmong(broken.steps) ?? broken)
}

const isBroken = ({ state }: StepResult): boolean => state === 'failed' || state === 'errored' || state === 'undecided'

function limitsView({ limits }: PageCase): HTMLElement | undefined {
  return limits && h('div.part', {}, h('h2', {}, 'Limits'), limitsTable(limits))
}

function metricsView({ metrics }: PageDetail): HTMLElement | undefined {
  const entries = Object.entries(metrics)
  if (entries.length === 0) return undefined
  return h(
    'div.part',
    {},
    h('h2', {}, 'Recorded numbers'),
    facts(entries.map(([name, value]) => [name, h('span.number', {}, String(value))])),
  )
}
