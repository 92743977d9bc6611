import ssh2 from 'ssh2'
import { expect, test, vi } from 'vitest'
import { overSsh } from './ssh.ts'

const never = () => new Promise<never>(() => {})

function scenery() {
  const client = new ssh2.Client()
  const cut = vi.spyOn(client, 'destroy')
  return { client, cut, options: { client, within: 60_000, what: 'starting the job on etl@lab' } }
}

test('what is done in time is handed on, and the connection stays', async () => {
  const { cut, options } = scenery()
  expect(await overSsh(options, async () => 7)).toBe(7)
  await expect(overSsh(options, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
  expect(cut).not.toHaveBeenCalled()
})

test('a host that says nothing costs no more than the deadline', async () => {
  const { cut, options } = scenery()
  await expect(overSsh({ ...options, within: 20 }, never)).rejects.toMatchObject({
    ...{ code: 'ASSAY_SSH', class: 'unreachable', message: 'starting the job on etl@lab took longer than 0.02 s' },
  })
  expect(cut).toHaveBeenCalledOnce()
})

test('whoever is waited for by nobody any more is cut off, for the reason of the signal', async () => {
  const { cut, options } = scenery()
  const stop = new AbortController()
  const waiting = overSsh({ ...options, signal: stop.signal }, never)
  stop.abort(new Error('the case was ended'))
  await expect(waiting).rejects.toThrow('the case was ended')
  expect(cut).toHaveBeenCalledOnce()
  await expect(overSsh({ ...options, signal: stop.signal }, never)).rejects.toThrow('the case was ended')
})
