import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LeaseMode } from '../lease.ts'
import { defineTarget, type TargetDefinition } from '../target.ts'
import { Addresses } from './addresses.ts'
import { Grants } from './grants.ts'
import { Pool } from './pool.ts'
import type { Granted } from './protocol.ts'

/** What the next calls do instead; may throw. */
type Behaviour = {
  clean?: () => boolean
  isolate?: (instance: number) => void
  end?: (folder: string) => Promise<void>
}
type Fake = {
  readonly definition: TargetDefinition
  readonly events: string[]
  readonly behaviour: Behaviour
}

/** A target without servers that notes what is done to it. */
function fake(name: string, memory: number, start: () => Promise<void> = async () => {}): Fake {
  const events: string[] = []
  const behaviour: Behaviour = {}
  let count = 0
  const definition = defineTarget({
    ...{ name, about: '', roles: [] },
    providers: [
      {
        ...{ tier: 'embedded', memory, unavailable: async () => undefined },
        async start(host) {
          const id = ++count
          events.push(`start ${id}`)
          await start()
          return {
            endpoints: {},
            capabilities: { instance: id, address: host.address() },
            versions: {},
            async isolate() {
              events.push(`isolate ${id}`)
              behaviour.isolate?.(id)
              return { endpoints: {}, [Symbol.asyncDispose]: async () => void events.push(`drop ${id}`) }
            },
            clean: async () => behaviour.clean?.() ?? true,
            async [Symbol.asyncDispose]() {
              events.push(`end ${id}`)
              await behaviour.end?.(host.folder)
            },
          }
        },
      },
    ],
  })
  return { definition, events, behaviour }
}

type Keep = {
  lease(name: string, mode: LeaseMode, signal?: AbortSignal): Promise<Granted>
  grants: Grants
  log: string[]
}

async function keep(fakes: readonly Fake[], memoryMb = 1000, waitWithin = 10_000): Promise<Keep> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-pool-'))
  const addresses = await Addresses.claim()
  const log: string[] = []
  const pool = new Pool({ memoryMb, waitWithin, folder, addresses, log: text => log.push(text) })
  onTestFinished(async () => {
    await pool.close()
    addresses.close()
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })
  const grants = new Grants(
    fakes.map(one => one.definition),
    pool,
  )
  let count = 0
  return {
    grants,
    log,
    lease: (target, mode, signal = new AbortController().signal) =>
      grants.grant({ target, tier: 'embedded', mode, holder: `case ${++count}` }, signal),
  }
}

const instance = ({ capabilities }: Granted): unknown => capabilities.instance

test('shared leases join one instance, exclusive ones get instances of their own, and a clean one is used again', async () => {
  const one = fake('a', 10)
  const { lease, grants } = await keep([one])
  const shared = await Promise.all([lease('a', 'shared'), lease('a', 'shared')])
  expect(shared.map(instance)).toEqual([1, 1])
  const alone = await lease('a', 'exclusive')
  expect(instance(alone)).toBe(2)
  await grants.release(alone.lease)
  expect(instance(await lease('a', 'exclusive'))).toBe(2)
  expect(one.events).toEqual(['start 1', 'isolate 1', 'isolate 1', 'start 2', 'isolate 2', 'drop 2', 'isolate 2'])
  await expect(grants.release(alone.lease)).rejects.toMatchObject({ code: 'ASSAY_TARGET_UNAVAILABLE' })
})

test('a dirty one is thrown away, and so is one that is not clean after an exclusive lease', async () => {
  const one = fake('a', 10)
  const { lease, grants, log } = await keep([one])
  await grants.release((await lease('a', 'exclusive')).lease, 'its case failed')
  const second = await lease('a', 'exclusive')
  expect(instance(second)).toBe(2)
  one.behaviour.clean = () => false
  await grants.release(second.lease)
  const third = await lease('a', 'exclusive')
  expect(instance(third)).toBe(3)
  one.behaviour.clean = () => {
    throw new Error('a server is down')
  }
  await grants.release(third.lease)
  expect(log.filter(line => line.includes('thrown away'))).toEqual([
    'a is thrown away: its case failed',
    'a is thrown away: case 2 left it changed',
    'a is thrown away: it could not be tidied after case 3: a server is down',
  ])
  expect(one.events).toContain('end 1')
})

test('an instance on which no database can be made is replaced, but only once', async () => {
  const one = fake('a', 10)
  const { lease, log } = await keep([one])
  expect(instance(await lease('a', 'shared'))).toBe(1)
  one.behaviour.isolate = id => {
    if (id === 1) throw new Error('connection refused')
  }
  expect(instance(await lease('a', 'shared'))).toBe(2)
  // The first is still held, so it stays until it is given back.
  expect(one.events).not.toContain('end 1')
  one.behaviour.isolate = () => {
    throw new Error('permission denied')
  }
  await expect(lease('a', 'exclusive')).rejects.toThrow('permission denied')
  expect(log.filter(line => line.includes('permission denied')).length).toBe(2)
})

test('what waits for memory comes first when it is free again, and idle instances of others make room', async () => {
  const [small, large] = [fake('small', 100), fake('large', 250)]
  const { lease, grants } = await keep([small, large], 300)
  const first = await lease('small', 'exclusive')
  const second = await lease('small', 'exclusive')
  const order: string[] = []
  const big = lease('large', 'exclusive').then(granted => {
    order.push('large')
    return granted
  })
  // A third small one would fit, but it came later.
  const third = lease('small', 'shared').then(() => order.push('small'))
  await grants.release(first.lease)
  expect(order).toEqual([])
  await grants.release(second.lease)
  const granted = await big
  expect(small.events.filter(event => event.startsWith('end')).length).toBe(2)
  expect(order).toEqual(['large'])
  await grants.release(granted.lease)
  await third
  expect(order).toEqual(['large', 'small'])
})

test('a lease that is not free in time says who holds what', async () => {
  const { lease } = await keep([fake('a', 200)], 300, 50)
  await lease('a', 'exclusive')
  await expect(lease('a', 'shared')).rejects.toMatchObject({
    code: 'ASSAY_TARGET_UNAVAILABLE',
    message: 'a (shared) was not free for case 2 within 0 s; 200 of 300 MB in use, held: a by case 1 for 0 s',
  })
})

test('more memory than there is, an unknown target and a tier that it has not', async () => {
  const { lease, grants } = await keep([fake('a', 400)], 300)
  await expect(lease('a', 'shared')).rejects.toThrow('a needs 400 MB, more than the 300 MB that all targets may use')
  await expect(lease('b', 'shared')).rejects.toMatchObject({ code: 'ASSAY_CASE_UNKNOWN_TARGET' })
  expect(await grants.status('a', 'real')).toEqual({
    ...{ target: 'a', tier: 'real', available: false, reason: 'a has no real tier' },
  })
})

test('a waiting lease that is given up leaves the queue, one whose target is starting leaves it idle', async () => {
  const gate = Promise.withResolvers<void>()
  const one = fake('a', 200, () => gate.promise)
  const { lease } = await keep([one], 300)
  const [starting, waiting] = [new AbortController(), new AbortController()]
  const first = lease('a', 'exclusive', starting.signal)
  const second = lease('a', 'exclusive', waiting.signal)
  waiting.abort(new Error('given up waiting'))
  await expect(second).rejects.toThrow('given up waiting')
  starting.abort(new Error('given up starting'))
  await expect(first).rejects.toThrow('given up starting')
  gate.resolve()
  expect(instance(await lease('a', 'exclusive'))).toBe(1)
})

test('a target that does not start fails all who wait for it, and the next lease tries again', async () => {
  let fails = true
  const one = fake('a', 10, async () => {
    if (fails) throw new Error('no space')
  })
  const { lease } = await keep([one])
  const both = await Promise.allSettled([lease('a', 'shared'), lease('a', 'shared')])
  expect(both.map(result => result.status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(instance(await lease('a', 'shared'))).toBe(2)
})

test('one that can neither be ended nor removed is logged, and its memory is free all the same', async () => {
  const one = fake('a', 200)
  const { lease, grants, log } = await keep([one], 300)
  const spoiled = await lease('a', 'exclusive')
  const parents: string[] = []
  one.behaviour.end = async folder => {
    // nothing below a file can be removed
    const parent = dirname(folder)
    parents.push(parent)
    await rename(parent, `${parent}.away`)
    await writeFile(parent, '')
    throw new Error('it hangs')
  }
  await grants.release(spoiled.lease, 'spoiled')
  await expect.poll(() => log.join('\n'), { timeout: 10_000 }).toContain('a could not be removed: ENOTDIR')
  expect(log).toContain('a could not be ended: it hangs')
  one.behaviour.end = undefined
  const [parent = ''] = parents
  await rm(parent)
  await rename(`${parent}.away`, parent)
  await rm(join(parent, (await readdir(parent))[0] ?? ''), { recursive: true })
  expect(instance(await lease('a', 'exclusive'))).toBe(2)
})
