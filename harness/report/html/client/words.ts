import { drawing, h } from '../../../page/element.ts'
import type { ChangeKind } from '../../changes.ts'
import type { StepState, Verdict } from '../../model.ts'

/** A colour group: the same hue never carries a meaning alone, an icon and a word stand with it. */
export type Tone = 'bad' | 'warn' | 'odd' | 'good' | 'calm'

const CROSS = 'M4 4l8 8M12 4l-8 8'
const TICK = 'M3 8.5l3.5 3.5L13 4.5'
const DASH = 'M4 8h8'

export const VERDICT_LOOK: Readonly<Record<Verdict, { readonly tone: Tone; readonly path: string }>> = {
  failed: { tone: 'bad', path: CROSS },
  'limit broken': { tone: 'bad', path: 'M2 4h12M8 14V7M5 10l3-3 3 3' },
  undecided: { tone: 'odd', path: 'M5 6a3 3 0 1 1 4 2.8c-.7.4-1 .8-1 1.7M8 13v.2' },
  errored: { tone: 'warn', path: 'M9 1L3.5 9H8l-1 6 5.500-8H8z' },
  blocked: { tone: 'warn', path: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM4 4l8 8' },
  'unexpected pass': { tone: 'odd', path: 'M8 2v7M8 12.500v.5M3 14.500h10' },
  'known failure': { tone: 'calm', path: 'M4 14V2h8l-2.500 3L12 8H4' },
  flaky: { tone: 'odd', path: 'M2 9c1.500-5 3-5 4.500 0s3 5 4.500 0 2-4 3-3' },
  skipped: { tone: 'calm', path: DASH },
  passed: { tone: 'good', path: TICK },
}

const STEP_LOOK: Readonly<Record<StepState, { readonly tone: Tone; readonly path: string }>> = {
  passed: VERDICT_LOOK.passed,
  failed: VERDICT_LOOK.failed,
  errored: VERDICT_LOOK.errored,
  undecided: VERDICT_LOOK.undecided,
  skipped: VERDICT_LOOK.skipped,
  'not run': { tone: 'calm', path: 'M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z' },
}

export const VERDICT_ORDER = Object.keys(VERDICT_LOOK) as Verdict[]

export const VERDICT_OF_LETTER: Readonly<Record<string, Verdict>> = {
  f: 'failed',
  l: 'limit broken',
  u: 'undecided',
  e: 'errored',
  b: 'blocked',
  x: 'unexpected pass',
  k: 'known failure',
  y: 'flaky',
  s: 'skipped',
  p: 'passed',
}

export const CHANGE_TITLES: Readonly<Record<ChangeKind, string>> = {
  'new failure': 'New failures',
  'still failing': 'Still failing',
  fixed: 'Fixed',
  'new flaky': 'New flaky',
  'new skip': 'New skips',
  vanished: 'Vanished',
}

const FAILING_VERDICTS: readonly Verdict[] = ['failed', 'limit broken', 'undecided', 'errored', 'blocked']

export function failing(verdict: Verdict): boolean {
  return FAILING_VERDICTS.includes(verdict)
}

/** Icon and word of a verdict. */
export function badge(verdict: Verdict): HTMLElement {
  const { tone, path } = VERDICT_LOOK[verdict]
  return h('span', { class: `badge ${tone}`, title: verdict }, drawing(path), h('span.word', {}, verdict))
}

export function stepIcon(state: StepState): HTMLElement {
  const { tone, path } = STEP_LOOK[state]
  return h('span', { class: `badge ${tone}`, title: state }, drawing(path), h('span.unseen', {}, state))
}
