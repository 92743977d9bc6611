import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { claimOwner, mayLive } from './owner.ts'

test('two servers of one process are two owners, and each lives until it is released', () => {
  const [first, second] = [claimOwner(), claimOwner()]
  expect(first.name).not.toBe(second.name)
  expect([first, second].map(one => mayLive(one.name))).toEqual([true, true])
  first.release()
  expect([first, second].map(one => mayLive(one.name))).toEqual([false, true])
  second.release()
})

test('a process that has gone, and another that got its number, are not the owner', async () => {
  const child = spawn('sleep', ['600'])
  try {
    const { name, release } = claimOwner()
    const began = name.split(' ')[2]
    release()
    // the child lives, but it began later than this process did
    expect(mayLive(`${hostname()} ${child.pid} ${began} 1`)).toBe(false)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  expect(mayLive(`${hostname()} ${child.pid} 1 1`)).toBe(false)
})

test('of a server on another host nobody can tell; of what names no owner everyone can', () => {
  expect(mayLive('another-host 1 1 1')).toBe(true)
  for (const name of ['', '12345', '0']) expect(mayLive(name)).toBe(false)
})
