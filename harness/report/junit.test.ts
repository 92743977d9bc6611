import { parseXml, XmlElement } from '@rgrove/parse-xml'
import { describe, expect, test } from 'vitest'
import { junitXml } from './junit.ts'
import { type CaseResult, VERDICTS, type Verdict } from './model.ts'
import { sampleAttempt, sampleCase, sampleResult } from './sample/build.ts'
import { nightlyResult } from './sample/night.ts'

const children = (element: XmlElement) => element.children.filter(child => child instanceof XmlElement)

function parsed(xml: string): XmlElement {
  const { root } = parseXml(xml)
  if (!root) throw new Error('no root')
  return root
}

function testcase(one: CaseResult): XmlElement {
  const suite = children(parsed(junitXml(sampleResult({ cases: [one] })))).find(child => child.name === 'testsuite')
  const found = suite && children(suite).find(child => child.name === 'testcase')
  if (!found) throw new Error('no test case')
  return found
}

test('the whole file of a night with every verdict', async () => {
  await expect(junitXml(nightlyResult(), 'reports/2026-11-20T01-00-00Z')).toMatchFileSnapshot(
    './sample/night.junit.xml',
  )
})

test('a strict parser reads it, and every count is that of what it counts', () => {
  const result = nightlyResult()
  const root = parsed(junitXml(result))
  const suites = children(root)
  const cases = suites.flatMap(suite => children(suite).filter(child => child.name === 'testcase'))
  const having = (name: string) => cases.filter(one => children(one).some(child => child.name === name)).length
  expect(cases).toHaveLength(result.cases.length + result.problems.length)
  expect(root.attributes).toMatchObject({
    tests: String(cases.length),
    failures: String(having('failure')),
    errors: String(having('error')),
    skipped: String(having('skipped')),
  })
  for (const count of ['tests', 'failures', 'errors', 'skipped']) {
    const sum = suites.reduce((total, suite) => total + Number(suite.attributes[count]), 0)
    expect(String(sum)).toBe(root.attributes[count])
  }
  const names = cases.map(one => `${one.attributes.classname} ${one.attributes.name}`)
  expect(new Set(names).size).toBe(names.length)
})

test('what stands in a case follows the order that readers want', () => {
  const order = ['properties', 'failure', 'rerunError', 'system-out', 'system-err']
  const [first] = nightlyResult().cases
  expect(children(testcase(first as CaseResult)).map(child => child.name)).toEqual(order)
})

describe('the verdict table', () => {
  const expected: Readonly<Record<Verdict, readonly [element: string | undefined, type?: string]>> = {
    failed: ['failure', 'deadlock'],
    'limit broken': ['failure', 'limit'],
    undecided: ['error', 'undecided'],
    errored: ['error', 'ASSAY_SQL'],
    blocked: ['error', 'blocked'],
    'unexpected pass': [undefined],
    'known failure': ['skipped'],
    flaky: ['flakyFailure', 'deadlock'],
    skipped: ['skipped'],
    passed: [undefined],
  }
  test.each(VERDICTS)('%s', verdict => {
    const error = {
      code: 'ASSAY_SQL',
      message: 'deadlock found',
      class: verdict === 'errored' ? undefined : 'deadlock',
    }
    const last = sampleAttempt(verdict === 'flaky' ? 'passed' : verdict, {
      error: verdict === 'flaky' ? undefined : error,
    })
    const attempts = verdict === 'flaky' ? [sampleAttempt('failed', { error }), last] : [last]
    const one = sampleCase({
      id: 'A-1',
      verdict,
      ticket: 'KUN-1',
      reason: 'no fault.network',
      attempts: verdict === 'skipped' || verdict === 'blocked' ? [] : attempts,
    })
    const results = children(testcase(one)).filter(child => !['properties', 'system-out'].includes(child.name))
    const [name, type] = expected[verdict]
    expect(results.map(child => child.name)).toEqual(name ? [name] : [])
    expect(results[0]?.attributes.type).toBe(type)
    const message = results[0]?.attributes.message
    if (verdict === 'known failure') expect(message).toBe('known issue KUN-1: deadlock found')
    else if (verdict === 'skipped' || verdict === 'blocked') expect(message).toBe('no fault.network')
  })
})

test('text of every kind survives: control characters and colours go, the rest is the same', () => {
  const hostile = '</failure>]]>\u001b[31mred\u001b[0m\u0000\u0007\ud800 & <b> "q" 数据 😀\tend'
  const one = sampleCase({
    id: 'A-1',
    verdict: 'failed',
    name: hostile,
    attempts: [sampleAttempt('failed', { error: { code: 'E', message: hostile } })],
  })
  const element = testcase(one)
  const clean = '</failure>]]>red & <b> "q" 数据 😀\tend'
  const failure = children(element).find(child => child.name === 'failure')
  expect(element.attributes.name).toBe(`A-1 ${clean}`)
  expect(failure?.attributes.message).toBe(clean)
  expect(failure?.text).toBe(`E  ${clean}`)
})

test('the class is dotted, without the dots of the file, and the name begins with the id and its cell', () => {
  const one = sampleCase({
    id: 'A-1',
    cell: 'n=1',
    name: 'x',
    verdict: 'passed',
    tier: 'real',
    file: 'cases/a/b.v2.case.yaml',
  })
  expect(testcase(one).attributes).toMatchObject({ classname: 'real.replication.b-v2', name: 'A-1[n=1] x', line: '12' })
})

test('10,000 characters of output of a passing case are cut, attachments are not', () => {
  const steps = Array.from({ length: 200 }, (_, index) => ({ ...stepOf(), name: `step ${index} ${'x'.repeat(50)}` }))
  const evidence = [{ name: 'log', path: 'cases/a/log.txt', bytes: 1 }]
  const one = sampleCase({ id: 'A-1', verdict: 'passed', attempts: [sampleAttempt('passed', { steps, evidence })] })
  const output = children(testcase(one)).find(child => child.name === 'system-out')?.text ?? ''
  expect(output.length).toBeLessThan(1200)
  expect(output).toMatch(/more characters\n\[\[ATTACHMENT\|cases\/a\/log\.txt\]\]$/)
})

function stepOf() {
  const step = nightlyResult().cases[0]?.attempts[0]?.steps[0]
  if (!step) throw new Error('the sample has no step')
  return step
}
