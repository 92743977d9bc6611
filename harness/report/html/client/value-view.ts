import { h } from '../../../page/element.ts'
import type { Difference } from '../../model.ts'
import { pretty, splitDifference } from './format.ts'
import { longText } from './pieces.ts'

/** A titled value: input, result, expectation. */
export function valueView(title: string, value: unknown): HTMLElement | undefined {
  if (value === undefined) return undefined
  return h('div.part', {}, h('h4', {}, title), longText(pretty(value)))
}

/** Where results differ from what was expected: path, expected and actual, the part that differs marked. */
export function differencesView(differences: readonly Difference[]): HTMLElement | undefined {
  if (differences.length === 0) return undefined
  return h('div.part', {}, h('h4', {}, 'Differs'), differences.map(differenceView))
}

function differenceView(difference: Difference): HTMLElement {
  const head = h('p', {}, difference.path && h('code.path', {}, difference.path), ' ', difference.message)
  if (difference.expected === undefined && difference.actual === undefined) return h('div.difference', {}, head)
  const parts = splitDifference(pretty(difference.expected), pretty(difference.actual))
  const side = (word: string, tone: string, middle: string) =>
    h(
      'div',
      { class: `side ${tone}` },
      h('span.side-name', {}, word),
      h('pre', { tabindex: 0 }, parts.before, middle && h('mark', {}, middle), parts.after),
    )
  return h(
    'div.difference',
    {},
    head,
    h('div.sides', {}, side('expected', 'expected', parts.left), side('actual', 'actual', parts.right)),
  )
}
