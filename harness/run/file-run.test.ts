import { describe, expect, test } from 'vitest'
import { Rig, stepLines, told } from './testing/rig.ts'

const TARGET = { 'mariadb.replication': { roles: { primary: 'one', replicas: 1 } } } as const
const file = (...lines: string[]) => ['suite: s', 'targets: [mariadb.replication]', ...lines].join('\n')
const two = ['cases:', '  - { id: A, name: a, steps: [say: a $(up)] }', '  - { id: B, name: b, steps: [say: b $(up)] }']

describe('a file with set-up', () => {
  const text = file('setup: [{ say: up, save: up }]', 'teardown: [fail: { message: down }, say: last]', ...two)

  test('leases once, its cases share what it made, and its teardown runs each step', async () => {
    using rig = new Rig(text, { targets: TARGET })
    await rig.openFile()
    const first = await rig.attempt(0)
    const second = await rig.attempt(1)
    const closing = await rig.closeFile()
    expect([told(first), told(second)]).toEqual(['passed', 'passed'])
    expect(rig.said).toEqual([
      'lease mariadb.replication shared',
      'up',
      'a up',
      'check',
      'b up',
      'check',
      'last',
      'release mariadb.replication',
    ])
    // the first case shows the set-up
    expect(stepLines(first.attempt.steps)).toEqual(['file setup say passed', 'steps say passed'])
    expect(stepLines(second.attempt.steps)).toEqual(['steps say passed'])
    expect(stepLines(closing)).toEqual(['file teardown fail failed', 'file teardown say passed'])
  })

  test('whose set-up fails gives the target back as dirty', async () => {
    using rig = new Rig(file('setup: [fail: { message: no room }]', ...two.map(line => line.replace(' $(up)', ''))), {
      targets: TARGET,
    })
    await expect(rig.openFile()).rejects.toThrow('no room')
    expect(rig.said).toEqual([
      'lease mariadb.replication shared',
      'release mariadb.replication dirty: the set-up of the file failed',
    ])
    expect(await rig.closeFile()).toEqual([])
  })

  test('whose set-up fails takes away what it had made before it failed', async () => {
    const text = file(
      'setup: [{ say: up, save: made }, { fail: { message: no room }, save: more }]',
      'teardown: [say: drop $(made), say: drop $(more)]',
      ...two.map(line => line.replace(' $(up)', '')),
    )
    using rig = new Rig(text, { targets: TARGET })
    await expect(rig.openFile()).rejects.toThrow('no room')
    expect(rig.said).toEqual([
      'lease mariadb.replication shared',
      'up',
      'drop up',
      'release mariadb.replication dirty: the set-up of the file failed',
    ])
  })

  test('whose set-up fails ends what it had begun in the background before it gives the target back', async () => {
    const text = file(
      'setup:',
      '  - { sleep: { ms: 3600000, say: an hour }, background: long }',
      '  - fail: { message: no room }',
      '  - join: long',
      ...two.map(line => line.replace(' $(up)', '')),
    )
    using rig = new Rig(text, { targets: TARGET })
    await expect(rig.openFile()).rejects.toThrow('no room')
    expect(rig.said).toEqual([
      'lease mariadb.replication shared',
      'stopped an hour',
      'release mariadb.replication dirty: the set-up of the file failed',
    ])
  })

  test('one case of which does a fault leases exclusively, and is set up anew after it', async () => {
    using rig = new Rig(
      file(
        'setup: [{ say: up, save: up }]',
        'cases:',
        '  - { id: A, name: a, steps: [{ fault.kill: {}, on: primary }] }',
        '  - { id: B, name: b, steps: [say: b $(up)] }',
      ),
      { targets: TARGET },
    )
    await rig.openFile()
    await rig.attempt(0)
    expect(told(await rig.attempt(1))).toBe('passed')
    await rig.closeFile()
    expect(rig.said).toEqual([
      'lease mariadb.replication exclusive',
      'up',
      'kill primary',
      'check',
      'release mariadb.replication dirty: embedded/A disturbed the target',
      'lease mariadb.replication exclusive',
      'up',
      'b up',
      'check',
      'release mariadb.replication',
    ])
  })

  test('whose set-up fails when it is run again blocks the case that needed it', async () => {
    using rig = new Rig(
      file(
        'setup: [{ fail: { message: second time, until: 1 }, if: "$(run.seed) == 7" }, { count: c, expect: { n: 1 } }]',
        'cases:',
        '  - { id: A, name: a, steps: [{ fault.kill: {}, on: primary }] }',
        '  - { id: B, name: b, steps: [say: b] }',
      ),
      { targets: TARGET },
    )
    await rig.openFile()
    await rig.attempt(0)
    const blocked = await rig.attempt(1)
    expect(blocked).toMatchObject({
      verdict: 'blocked',
      reason: 'the set-up of its file failed: n expected 1, got 2',
      retryable: false,
    })
  })
})

test('without set-up every case leases its own', async () => {
  using rig = new Rig(file(...two.map(line => line.replace(' $(up)', ''))), { targets: TARGET })
  await rig.openFile()
  await rig.attempt(0)
  await rig.attempt(1)
  expect(rig.said).toEqual([
    'lease mariadb.replication shared',
    'a',
    'check',
    'release mariadb.replication',
    'lease mariadb.replication shared',
    'b',
    'check',
    'release mariadb.replication',
  ])
})

test('several targets are leased in the order of their names, and given back when a requirement is not met', async () => {
  using rig = new Rig(
    'suite: s\ntargets: [postgres.pair, { name: mariadb.replication, exclusive: true }]\nrequires: [nothing.such]\ncases:\n  - { id: A, name: a, steps: [say: a] }',
  )
  expect((await rig.attempt()).verdict).toBe('skipped')
  expect(rig.said).toEqual([
    'lease mariadb.replication exclusive',
    'lease postgres.pair shared',
    'release mariadb.replication',
    'release postgres.pair',
  ])
})
