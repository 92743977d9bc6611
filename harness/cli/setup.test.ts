import { expect, test } from 'vitest'
import type { Software } from '../targets/software.ts'
import { diagnose } from './doctor.ts'
import { bring, setup } from './setup.ts'

function software(name: string, parts: Partial<Software> = {}): Software {
  return {
    name,
    about: `${name}, for tests`,
    neededFor: ['cases'],
    byHand: `get ${name}`,
    find: async () => undefined,
    ...parts,
  }
}

/** Missing until it is installed. */
function bringable(name: string): Software {
  let there = false
  return software(name, {
    find: async () => (there ? { version: '1.2', path: `/cache/${name}` } : undefined),
    async install(log) {
      log('downloading')
      there = true
    },
  })
}

async function brought(...all: readonly Software[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await bring(all, {
    signal: new AbortController().signal,
    print: line => out.push(line.replace(/\d+\.\d s/, 'N s')),
    complain: line => err.push(line),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('what is missing is brought, a line each; a second time nothing is said', async () => {
  const one = bringable('one')
  expect(await brought(one)).toEqual({
    code: 0,
    out: 'setup: one: downloading\nsetup: one 1.2 is there after N s',
    err: '',
  })
  expect(await brought(one)).toEqual({ code: 0, out: '', err: '' })
})

test('what a person must bring is said with the command', async () => {
  const { code, out } = await brought(software('browser'))
  expect(code).toBe(0)
  expect(out).toBe('setup: browser is missing (browser, for tests); what needs it is skipped. To bring it: get browser')
})

test('a failure does not keep the others, and gives the hint', async () => {
  const install = async (): Promise<void> => {
    throw new Error('no network')
  }
  const { code, out, err } = await brought(
    software('bad', { install }),
    bringable('good'),
    software('void', { install: async () => {} }),
  )
  expect(code).toBe(3)
  expect(out).toContain('good 1.2 is there')
  expect(err).toBe(
    [
      'ASSAY_SETUP_FAILED  bad could not be brought: no network',
      '  By hand: get bad',
      'ASSAY_SETUP_FAILED  void could not be brought: it is still not found',
      '  By hand: get void',
    ].join('\n'),
  )
})

test('an unknown purpose is wrong usage', async () => {
  await expect(setup.run(['--for', 'fun'], new AbortController().signal)).rejects.toThrow(
    '--for "fun" is not one of tour, nightly, test',
  )
})

test('doctor shows software and targets, and is not content when cases cannot run', async () => {
  const target = {
    ...{ name: 'a.b', about: '', roles: [] },
    providers: [
      {
        tier: 'embedded' as const,
        memory: 1,
        unavailable: async () => 'one is missing',
        start: () => expect.unreachable(),
      },
    ],
  }
  const rest = { systems: [], tags: {}, owners: {} }
  const { lines, healthy } = await diagnose({
    ...rest,
    software: [bringable('one'), software('two')],
    targets: [target],
  })
  expect(lines.slice(2)).toEqual([
    '',
    'one  missing  run: npm run setup (or get one)',
    'two  missing  run: get two',
    '',
    'a.b  embedded  one is missing',
  ])
  expect(healthy).toBe(false)
  expect((await diagnose({ ...rest, targets: [] })).healthy).toBe(true)
})
