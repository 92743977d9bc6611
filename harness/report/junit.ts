import { allSteps, attemptText, errorText, stepLines } from './case-text.ts'
import { causeOf } from './cause.ts'
import type { Attempt, CaseResult, RunProblem, RunResult } from './model.ts'
import { capped } from './plain-text.ts'
import { isFailing } from './verdicts.ts'
import { element, textElement } from './xml.ts'

/** Jenkins keeps 50,000 characters of a failing test's output and cuts a passing one's to 1,000. */
const OUTPUT = { failing: 50_000, passing: 1000 } as const

/**
 * junit.xml in the dialect of Surefire 3 that Jenkins, GitLab and the GitHub actions read: one result element per case,
 * earlier attempts as flaky or rerun elements, attachments as `[[ATTACHMENT|path]]` lines in system-out. `folder` is the run
 * folder as those readers see it, from the top of the project; evidence is named relative to it.
 */
export function junitXml(result: RunResult, folder = ''): string {
  const suites = [...suitesOf(result.cases).values()]
  const bodies = [...suites.map(cases => suiteElement(result, cases, folder)), ...problemSuite(result)]
  const root = element(
    'testsuites',
    {
      name: 'assay',
      ...totals(result.cases, result.problems),
      time: seconds(result.duration),
      timestamp: result.startedAt,
    },
    bodies.flat(),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.join('\n')}\n`
}

/** One suite per case file and tier. */
function suitesOf(cases: readonly CaseResult[]): Map<string, CaseResult[]> {
  const suites = new Map<string, CaseResult[]>()
  for (const one of cases) {
    const name = `${one.tier} ${one.file}`
    const suite = suites.get(name)
    if (suite) suite.push(one)
    else suites.set(name, [one])
  }
  return suites
}

function suiteElement(result: RunResult, cases: readonly CaseResult[], folder: string): string[] {
  const [first] = cases
  if (!first) return []
  const started = Math.min(...cases.map(one => one.startedAt))
  const attributes = {
    name: first.suite,
    ...totals(cases, []),
    time: seconds(cases.reduce((sum, one) => sum + one.duration, 0)),
    timestamp: new Date(started).toISOString(),
    hostname: result.machine.host,
    id: className(first),
    file: first.file,
  }
  const targets = cases.flatMap(one =>
    one.targets.flatMap(target =>
      Object.entries(target.versions).map(([name, version]) => `${target.name} ${name} ${version}`),
    ),
  )
  const properties: Property[] = [
    ['run', result.id],
    ['seed', result.seed],
    ['commit', result.commit],
    ['machine', result.machine.class],
    ...Object.entries(result.versions).map(([name, version]): Property => [`version.${name}`, version]),
    ...[...new Set(targets)].map((target): Property => ['target', target]),
  ]
  return element('testsuite', attributes, [
    ...propertyElements(properties),
    ...cases.flatMap(one => caseElement(one, folder)),
  ])
}

function totals(cases: readonly CaseResult[], problems: readonly RunProblem[]) {
  const kinds = cases.map(one => outcome(one).element)
  const count = (kind: string) => kinds.filter(one => one === kind).length
  return {
    tests: cases.length + problems.length,
    failures: count('failure'),
    errors: count('error') + problems.length,
    skipped: count('skipped'),
  }
}

/** Jenkins splits at the last dot into package and class, so the file's own dots go. */
function className({ tier, system, file }: CaseResult): string {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.case\.ya?ml$/, '')
  return `${tier}.${system}.${base.replaceAll('.', '-')}`
}

function caseElement(one: CaseResult, folder: string): string[] {
  const failing = isFailing(one.verdict)
  const name = `${one.id}${one.cell === undefined ? '' : `[${one.cell}]`} ${one.name}`
  const attributes = {
    classname: className(one),
    name,
    time: seconds(one.duration),
    file: one.file,
    line: one.line,
    assertions: allSteps(one.attempts.at(-1)?.steps ?? []).filter(step => step.expected !== undefined).length,
  }
  const files = attachments(one, folder)
  const steps = capped(
    stepLines(one.attempts.at(-1)?.steps ?? []).join('\n'),
    failing ? OUTPUT.failing : OUTPUT.passing,
  )
  const output = [steps, ...files.map(path => `[[ATTACHMENT|${path}]]`)].filter(Boolean).join('\n')
  const servers = failing
    ? (one.attempts.at(-1)?.serverLog ?? []).map(line => `${line.server}  ${line.text}`).join('\n')
    : ''
  return element('testcase', attributes, [
    ...propertyElements(caseProperties(one, files)),
    ...resultElements(one),
    ...(output ? [textElement('system-out', {}, output)] : []),
    ...(servers ? [textElement('system-err', {}, capped(servers, OUTPUT.failing))] : []),
  ])
}

type Property = readonly [name: string, value: string | undefined]

function caseProperties(one: CaseResult, files: readonly string[]): Property[] {
  const steps = isFailing(one.verdict) ? (one.attempts.at(-1)?.steps ?? []) : []
  return [
    ['id', one.id],
    ['key', one.key],
    ['verdict', one.verdict],
    ['owner', one.owner],
    ...one.tags.map((tag): Property => ['tag', tag]),
    ...Object.entries(one.links).flatMap(([kind, values]) => values.map((value): Property => [kind, value])),
    ['known', one.ticket],
    ...one.targets.map((target): Property => ['target', target.name]),
    ...files.map((path): Property => ['attachment', path]),
    ...steps.map(
      (step): Property => [
        `step[${step.state === 'passed' ? 'passed' : step.state === 'skipped' || step.state === 'not run' ? 'skipped' : 'failure'}]`,
        step.name,
      ],
    ),
  ]
}

function propertyElements(properties: readonly Property[]): string[] {
  const given = properties.filter(([, value]) => value !== undefined && value !== '')
  if (given.length === 0) return []
  return element(
    'properties',
    {},
    given.flatMap(([name, value]) => element('property', { name, value })),
  )
}

type Outcome = {
  readonly element: 'failure' | 'error' | 'skipped' | 'passed'
  readonly type?: string
  readonly message: string
}

/** The verdict table of the design. */
function outcome(one: CaseResult): Outcome {
  const cause = causeOf(one)
  const message = cause?.message ?? one.reason ?? one.verdict
  switch (one.verdict) {
    case 'failed':
      return { element: 'failure', type: cause?.error?.class ?? cause?.error?.code ?? 'failed', message }
    case 'limit broken':
      return { element: 'failure', type: 'limit', message }
    case 'undecided':
      return { element: 'error', type: 'undecided', message }
    case 'errored':
      return { element: 'error', type: cause?.error?.code ?? 'errored', message }
    case 'blocked':
      return { element: 'error', type: 'blocked', message: one.reason ?? message }
    case 'known failure':
      return { element: 'skipped', message: `known issue ${one.ticket ?? '(no ticket)'}: ${message}` }
    case 'skipped':
      return { element: 'skipped', message: one.reason ?? 'skipped' }
    default:
      return { element: 'passed', message: '' }
  }
}

function resultElements(one: CaseResult): string[] {
  const result = outcome(one)
  const earlier = one.attempts.slice(0, -1)
  const last = one.attempts.at(-1)
  if (result.element === 'skipped') return element('skipped', { message: result.message })
  if (result.element === 'passed')
    return one.verdict === 'flaky' ? earlier.flatMap(attempt => attemptElement('flaky', attempt, one)) : []
  const body = (last && attemptText(last, one)) || result.message
  return [
    textElement(result.element, { message: result.message, type: result.type }, body),
    ...earlier.flatMap(attempt => attemptElement('rerun', attempt, one)),
  ]
}

/** `flakyFailure`, `flakyError`, `rerunFailure`, `rerunError`: an attempt that did not decide. */
function attemptElement(kind: 'flaky' | 'rerun', attempt: Attempt, one: CaseResult): string[] {
  const cause = causeOf({ ...one, limits: [] }, attempt)
  const name = `${kind}${attempt.verdict === 'failed' || attempt.verdict === 'limit broken' ? 'Failure' : 'Error'}`
  const attributes = {
    message: cause?.message ?? attempt.verdict,
    type: cause?.error?.class ?? cause?.error?.code ?? attempt.verdict,
  }
  return element(name, attributes, [
    textElement('stackTrace', {}, attemptText(attempt, one)),
    textElement('system-out', {}, capped(stepLines(attempt.steps).join('\n'), OUTPUT.passing)),
  ])
}

function attachments(one: CaseResult, folder: string): string[] {
  const kept = one.attempts.flatMap(attempt => [
    ...attempt.evidence.map(file => file.path),
    ...allSteps(attempt.steps).flatMap(step => step.attachments.map(file => file.path)),
  ])
  return [...new Set(kept)].map(path => (folder === '' ? path : `${folder}/${path}`))
}

/** A file that holds no results is an error that a reader of junit.xml must not miss. */
function problemSuite({ problems }: RunResult): string[] {
  if (problems.length === 0) return []
  const cases = problems.flatMap(({ file, error }) =>
    element(
      'testcase',
      { classname: 'assay.problems', name: `${file ?? 'run'} ${error.code}`, time: '0.000', file, line: error.line },
      [textElement('error', { message: error.message, type: error.code }, errorText(error))],
    ),
  )
  return element(
    'testsuite',
    { name: 'files without results', tests: problems.length, failures: 0, errors: problems.length, skipped: 0 },
    cases,
  )
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
