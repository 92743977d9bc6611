import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PASSWORD } from './testing/fake-lease.ts'
import { caseOf, Rig, type RigOptions, stepLines, stepsOf, told } from './testing/rig.ts'

async function run(text: string, options?: RigOptions) {
  using rig = new Rig(text, options)
  const outcome = await rig.attempt()
  return {
    told: told(outcome),
    said: rig.said,
    steps: stepLines(outcome.attempt.steps),
    outcome,
    passed: rig.clock.passed,
    log: rig.log,
  }
}

const targets = {
  'mariadb.replication': {
    roles: { primary: 'one', replicas: 2 },
    capabilities: { replicas: 2, 'fault.process': true },
  },
} as const
const withTarget = (text: string) => text.replace('cases:', 'targets: [mariadb.replication]\ncases:')

describe('teardown', () => {
  const text = caseOf(
    'setup:',
    '  - say: up',
    'steps:',
    '  - say: step',
    '    expect: other',
    '  - say: later',
    '    save: later',
    'teardown:',
    '  - fail: { message: down }',
    '  - name: for $(later)',
    '    say: needs $(later)',
    '  - say: last',
  )

  test('runs each step after a failure, skips what has nothing to clean up, and never replaces the cause', async () => {
    const { told, said, steps, outcome } = await run(text)
    expect(told).toBe('failed ASSAY_STEP_EXPECT 9:9 expected "other", got "step"')
    expect(said).toEqual(['up', 'step', 'last'])
    expect(steps).toEqual([
      'setup say passed',
      'steps say failed',
      'steps say not run',
      'teardown fail failed',
      'teardown for $(later) skipped',
      'teardown say passed',
    ])
    expect(outcome.attempt.steps[4]?.note).toBe('nothing was saved under "later"')
    expect(outcome.attempt.alsoFailed.map(({ message }) => message)).toEqual(['down'])
  })

  test('runs after a failed set-up', async () => {
    const { said, steps } = await run(
      caseOf('setup:', '  - fail: { message: m }', 'steps: [say: x]', 'teardown: [say: down]'),
    )
    expect(said).toEqual(['down'])
    expect(steps).toEqual(['setup fail failed', 'steps say not run', 'teardown say passed'])
  })

  test('a failing teardown of a case that passed is shown, and the case has passed', async () => {
    const { told, outcome } = await run(caseOf('steps: [say: x]', 'teardown: [fail: { message: down }]'))
    expect(told).toBe('passed')
    expect(outcome.attempt.alsoFailed).toMatchObject([{ code: 'ASSAY_ACTION', message: 'down' }])
  })

  test('runs after the run was cancelled, with a signal of its own', async () => {
    const controller = new AbortController()
    using rig = new Rig(
      caseOf('steps:', '  - sleep: { ms: 1000, say: long }', 'teardown:', '  - sleep: { ms: 10, say: down }'),
      {
        signal: controller.signal,
      },
    )
    void rig.clock.sleep(500).then(() => controller.abort(new Error('vitest says stop')))
    const outcome = await rig.attempt()
    expect(told(outcome)).toBe('errored ASSAY_INTERRUPTED 6:9 the run was interrupted here')
    expect(outcome.retryable).toBe(false)
    expect(rig.said).toEqual(['stopped long', 'down'])
  })

  test('that does not end is left', async () => {
    const { told, steps, passed } = await run(
      caseOf('steps: [say: x]', 'teardown:', '  - sleep: { ms: 99999999, deaf: true }', '  - say: never'),
    )
    expect(told).toBe('passed')
    expect(steps[1]).toMatch(/^teardown sleep/)
    expect(passed).toBeLessThan(3 * 60_000)
  })
})

describe('time', () => {
  test('of a step', async () => {
    const { told, said, passed } = await run(stepsOf('- name: wait long', '  sleep: { ms: 5000 }', '  timeout: 2s'))
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 6:9 "wait long" did not end within 2.0s')
    expect(said).toEqual(['stopped 5000'])
    expect(passed).toBe(2_000)
  })

  test('of a step whose action does not heed its signal: it is left behind after a grace', async () => {
    const { told, passed } = await run(stepsOf('- sleep: { ms: 60000, deaf: true }', '  timeout: 2s'))
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 6:9 "sleep" did not end within 2.0s')
    expect(passed).toBe(4_000)
  })

  test('of a case', async () => {
    const { told, passed } = await run(
      caseOf('timeout: 3s', 'steps:', '  - sleep: { ms: 2000 }', '  - sleep: { ms: 2000 }'),
    )
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 8:9 the case A did not end within 3.0s')
    expect(passed).toBe(3_000)
  })

  test('of a suite, over its cases', async () => {
    const text =
      'suite: s\ntimeout: 3s\ncases:\n  - { id: A, name: a, steps: [sleep: { ms: 2000 }] }\n  - { id: B, name: b, steps: [sleep: { ms: 2000 }] }'
    using rig = new Rig(text)
    expect(told(await rig.attempt(0))).toBe('passed')
    expect(told(await rig.attempt(1))).toBe('failed ASSAY_STEP_TIMEOUT 5:31 the suite s did not end within 1.0s')
  })

  test('of an action, where the step says nothing', async () => {
    const { told } = await run(stepsOf('- wait: 2d'))
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 6:9 the case A did not end within 10m')
  })
})

describe('verdicts', () => {
  test.each([
    ['the system differs', 'fail: { message: m }', 'failed ASSAY_ACTION 6:9 m'],
    ['nobody can tell', 'fail: { message: m, kind: undecided }', 'undecided ASSAY_UNDECIDED 6:9 m'],
    ['the harness broke', 'fail: { message: m, kind: harness }', 'errored ASSAY_CONNECT 6:9 m'],
    ['a bug', 'fail: { message: m, kind: bug }', 'errored TypeError 6:9 m'],
  ])('%s', async (_, step, expected) => {
    expect((await run(stepsOf(`- ${step}`))).told).toBe(expected)
  })

  test('only what broke by itself is worth another attempt', async () => {
    const retryable = async (kind: string) =>
      (await run(stepsOf(`- fail: { message: m, kind: ${kind} }`))).outcome.retryable
    expect(await retryable('harness')).toBe(true)
    expect(await retryable('bug')).toBe(true)
    expect(await retryable('system')).toBe(false)
    expect(await retryable('undecided')).toBe(false)
    expect((await run(stepsOf('- say: x', '  expect: y'))).outcome.retryable).toBe(false)
  })
})

describe('known', () => {
  const known = (entry: string, step: string) =>
    caseOf(`known: [{ ${entry} }]`, 'matrix: { signal: [STOP, KILL] }', `steps: [${step}]`)
  const failing = 'fail: { message: no electable replica, class: no_primary, code: "55" }'

  test.each([
    [
      'by a part of the message',
      'ticket: T-1, error: electable',
      'known failure ASSAY_ACTION 7:13 no electable replica',
    ],
    ['by the class', 'ticket: T-1, error: no_primary', 'known failure ASSAY_ACTION 7:13 no electable replica'],
    ['by the code', 'ticket: T-1, error: "55"', 'known failure ASSAY_ACTION 7:13 no electable replica'],
    [
      'in this cell',
      'ticket: T-1, error: electable, when: { signal: STOP }',
      'known failure ASSAY_ACTION 7:13 no electable replica',
    ],
    [
      'not in this cell',
      'ticket: T-1, error: electable, when: { signal: KILL }',
      'failed ASSAY_ACTION 7:13 no electable replica',
    ],
    ['not by this error', 'ticket: T-1, error: something else', 'failed ASSAY_ACTION 7:13 no electable replica'],
  ])('%s', async (_, entry, expected) => {
    const { told, outcome } = await run(known(entry, failing))
    expect(told).toBe(expected)
    if (expected.startsWith('known'))
      expect(outcome).toMatchObject({ ticket: 'T-1', reason: expect.stringMatching(/^T-1: /) })
  })

  test('passing although it is known is unexpected; where it is not known to fail it is a pass', async () => {
    const { told, outcome } = await run(known('ticket: T-1, error: x', 'say: fine'))
    expect(told).toBe('unexpected pass: T-1 is marked as known, but the case passed')
    expect(outcome.ticket).toBe('T-1')
    expect((await run(known('ticket: T-1, error: x, when: { signal: KILL }', 'say: fine'))).told).toBe('passed')
  })

  test('by the version of the target', async () => {
    const text = (version: string) =>
      withTarget(
        caseOf(
          `known: [{ ticket: T-1, error: m, when: { target.version: "${version}" } }]`,
          'steps: [fail: { message: m }]',
        ),
      )
    expect((await run(text('<1.4'), { targets })).told).toMatch(/^known failure/)
    expect((await run(text('<1.3'), { targets })).told).toMatch(/^failed/)
  })
})

describe('limits', () => {
  const limits = (line: string) =>
    caseOf(`limits: [{ ${line} }]`, 'steps:', '  - say: { ms: 40, text: "7.5", word: x }', '    save: took')

  test.each([
    ['hold', 'metric: took.ms, at_most: 40', 'passed', 'holds'],
    ['hold for a numeric', 'metric: took.text, at_least: 7.5', 'passed', 'holds'],
    [
      'are broken above',
      'metric: took.ms, at_most: 39.5',
      'limit broken ASSAY_LIMIT 5:14 took.ms is 40, and must be at most 39.5',
      'broken',
    ],
    [
      'are broken below',
      'metric: took.ms, at_least: 41',
      'limit broken ASSAY_LIMIT 5:14 took.ms is 40, and must be at least 41',
      'broken',
    ],
    ['are recorded only', 'metric: took.ms, history: { worse_by: 10%, better: lower }', 'passed', 'recorded'],
    [
      'have no value',
      'metric: took.nothing, at_most: 1',
      'undecided ASSAY_UNDECIDED 5:14 took.nothing has no value: no step saved a number under this name',
      'no value',
    ],
    [
      'have no number',
      'metric: took.word, at_most: 1',
      'undecided ASSAY_UNDECIDED 5:14 took.word has no value: no step saved a number under this name',
      'no value',
    ],
  ])('%s', async (_, line, expected, state) => {
    const { told, outcome } = await run(limits(line))
    expect(told).toBe(expected)
    expect(outcome.limits.map(limit => limit.state)).toEqual([state])
  })

  test('are looked at only when all else passed, and their numbers are kept', async () => {
    expect(
      (await run(limits('metric: took.ms, at_most: 1').replace('save: took', 'save: took\n        expect: 5'))).told,
    ).toMatch(/^failed/)
    expect((await run(limits('metric: took.ms'))).outcome.metrics).toEqual({ 'took.ms': 40 })
  })
})

describe('requires', () => {
  const requires = (what: string) => withTarget(caseOf(`requires: [${what}]`, 'steps: [say: x]'))

  test.each([
    ['replicas>=2', 'passed'],
    ['fault.process', 'passed'],
    ['mariadb.primary', 'passed'],
    ['mariadb.replicas>=2', 'passed'],
    ['replicas>=3', 'skipped'],
    ['global_mvcc', 'skipped'],
  ])('%s', async (what, expected) => {
    const { outcome, said } = await run(requires(what), { targets })
    expect(outcome.verdict).toBe(expected)
    if (outcome.verdict === 'skipped')
      expect(said).toEqual(['lease mariadb.replication shared', 'release mariadb.replication'])
  })

  test('the reason names the target and what it has', async () => {
    expect((await run(requires('replicas>=3'), { targets })).outcome.reason).toBe(
      'mariadb.replication (embedded) has replicas 2, not replicas>=3',
    )
    expect((await run(requires('global_mvcc'), { targets })).outcome.reason).toBe(
      'mariadb.replication (embedded) has no global_mvcc',
    )
    expect((await run(caseOf('requires: [x.y]', 'steps: [say: x]'))).outcome.reason).toBe(
      'requires x.y, and the case has no target',
    )
  })

  test('a target that cannot be had skips; in CI it is an error', async () => {
    const unavailable = { 'mariadb.replication': 'no mariadbd here' }
    const text = withTarget(caseOf('steps: [say: x]'))
    expect((await run(text, { unavailable })).outcome).toMatchObject({
      verdict: 'skipped',
      reason: 'mariadb.replication is not available in the tier embedded: no mariadbd here',
    })
    expect((await run(text, { unavailable, strictTargets: true })).told).toBe(
      'errored ASSAY_SETUP_MISSING mariadb.replication is not available in the tier embedded: no mariadbd here',
    )
  })
})

describe('targets', () => {
  test('are leased for the case and given back; exclusively where a step does a fault', async () => {
    const { said } = await run(withTarget(stepsOf('- fault.kill: {}', '  on: replicas.0')), { targets })
    expect(said).toEqual([
      'lease mariadb.replication exclusive',
      'kill replicas.0',
      'check',
      'release mariadb.replication',
    ])
    expect((await run(withTarget(stepsOf('- say: x')), { targets })).said[0]).toBe('lease mariadb.replication shared')
  })

  test('that a failing case has disturbed are thrown away', async () => {
    const { said } = await run(withTarget(stepsOf('- fault.kill: {}', '  on: replicas.0', '- fail: { message: m }')), {
      targets,
    })
    expect(said.at(-1)).toBe('release mariadb.replication dirty: embedded/A failed and disturbed the target')
  })
})

describe('checks after the case', () => {
  const finding = { check: 'server.alive', server: 'primary', message: 'ended by itself' }
  const broken = { 'mariadb.replication': { ...targets['mariadb.replication'], findings: [finding] } }

  test('a finding fails it, unless the case says that it does not apply', async () => {
    const text = withTarget(stepsOf('- say: x'))
    const { told, outcome } = await run(text, { targets: broken })
    expect(told).toBe('failed ASSAY_CHECK server.alive: primary: ended by itself')
    expect(outcome.attempt.alsoFailed).toEqual([])
    expect((await run(text.replace('cases:', 'skip_checks: [server.alive]\ncases:'), { targets: broken })).told).toBe(
      'passed',
    )
  })

  test('beside another failure it is shown with it', async () => {
    const { told, outcome } = await run(withTarget(stepsOf('- fail: { message: m }')), { targets: broken })
    expect(told).toBe('failed ASSAY_ACTION 7:9 m')
    expect(outcome.attempt.alsoFailed).toMatchObject([{ code: 'ASSAY_CHECK' }])
  })
})

describe('evidence', () => {
  test('is collected before anything is torn down: log lines of the failing step, files that the case names', async () => {
    const at = Date.UTC(2026, 0, 1)
    const log = [
      { server: 'primary', at: at - 500, text: 'before' },
      { server: 'primary', at: at + 1, text: 'during, password=geheim' },
      { server: 'replicas.0', text: 'no time' },
    ]
    const text = withTarget(
      caseOf(
        'evidence: [{ file: data.txt }, { file: gone.txt }]',
        'steps: [fail: { message: m }]',
        'teardown: [say: down]',
      ),
    )
    using rig = new Rig(text, {
      targets: { 'mariadb.replication': { ...targets['mariadb.replication'], log } },
      files: { 'data.txt': 'kept' },
    })
    const { attempt } = await rig.attempt()
    expect(rig.said).toEqual([
      'lease mariadb.replication shared',
      'logs',
      'check',
      'down',
      'release mariadb.replication dirty: embedded/A failed',
    ])
    expect(attempt.serverLog.map(line => line.text)).toEqual(['no time', 'during, password=***'])
    expect(attempt.evidence.map(({ path }) => path)).toEqual([
      'cases/embedded/A/data.txt',
      'cases/embedded/A/servers.log',
    ])
    expect(attempt.alsoFailed[0]?.message).toContain('gone.txt')
  })

  test('files of one name are all kept, and what the targets keep secret is in none', async () => {
    const text = withTarget(
      caseOf('evidence: [{ file: data.txt }, { file: more/data.txt }]', 'steps: [fail: { message: m }]'),
    )
    using rig = new Rig(text, { targets })
    const bytes = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(`ü ${PASSWORD}`), Buffer.from([0xfe])])
    rig.write('data.txt', 'first')
    rig.write('more/data.txt', '')
    writeFileSync(join(rig.folder, 'more/data.txt'), bytes)
    const { attempt } = await rig.attempt()
    const kept = attempt.evidence.map(({ path }) => path)
    expect(kept).toEqual(['cases/embedded/A/2-data.txt', 'cases/embedded/A/data.txt'])
    const read = (path = '') => readFileSync(join(rig.folder, 'reports/run-1', path))
    expect(read(kept[1]).toString()).toBe('first')
    expect(read(kept[0])).toEqual(Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from('ü ***'), Buffer.from([0xfe])]))
  })

  test('files outside the project are refused', async () => {
    const { outcome } = await run(caseOf('evidence: [{ file: ../../etc/passwd }]', 'steps: [fail: { message: m }]'))
    expect(outcome.attempt.alsoFailed[0]?.message).toBe('"../../etc/passwd" lies outside the project')
  })
})

test('the same seed gives the same numbers, whatever other cases there are', async () => {
  const one = '  - { id: A, name: a, steps: [{ random: , save: r }, { say: $(r) }] }'
  const numbers = async (text: string, seed: string, index: number) => {
    using rig = new Rig(text, { seed })
    await rig.attempt(index)
    return rig.said.at(-1)
  }
  const alone = await numbers(`suite: s\ncases:\n${one}`, '7', 0)
  const other = '  - { id: B, name: b, steps: [random: ] }'
  expect(await numbers(`suite: s\ncases:\n${other}\n${one}`, '7', 1)).toBe(alone)
  expect(await numbers(`suite: s\ncases:\n${one}`, '8', 0)).not.toBe(alone)
  expect(alone).toContain('"seed":"7:embedded/A"')
})

test('what the targets keep secret is in no record, message or log line', async () => {
  using rig = new Rig(
    withTarget(
      stepsOf(
        `- leak: { text: "${PASSWORD}", given: $(target.primary.password) }`,
        `  expect: { result: "${PASSWORD}", more: 1 }`,
      ),
    ),
    { targets },
  )
  const failing = await rig.attempt()
  using other = new Rig(withTarget(stepsOf(`- leak: { text: "${PASSWORD}", fail: true }`)), { targets })
  const refused = await other.attempt()
  const all = JSON.stringify([failing, refused, rig.ended, other.ended, rig.log, other.log], (key, value) =>
    // the case file itself is shown as it was written
    key === 'excerpt' || key === 'frame' ? undefined : value,
  )
  expect(told(refused)).toContain('message ***')
  expect(all).not.toContain(PASSWORD)
  expect(all.match(/\*\*\*/g)?.length).toBeGreaterThan(10)
})

test('what stands where passwords usually stand is in no record either, though no target tells of it', async () => {
  for (const text of ['password=geheim1', "alter user u identified by 'geheim1'", 'https://u:geheim1@host/x']) {
    using rig = new Rig(stepsOf(`- leak: { text: "${text}" }`, '  expect: { result: other }'))
    const outcome = await rig.attempt()
    const all = JSON.stringify([outcome.attempt, rig.ended, rig.log], (key, value) =>
      key === 'frame' ? undefined : value,
    )
    expect(outcome.verdict).toBe('failed')
    expect(all, text).not.toContain('geheim1')
    expect(all).toContain('***')
  }
})
