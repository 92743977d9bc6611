import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasSshd, type Sshd, startSshd } from '../../../../fixtures/servers/sshd.ts'
import type { SshAccount } from '../../../remote/ssh.ts'
import { processState } from '../../../targets/process-tree.ts'
import { openHome } from './home.ts'
import { sshHost } from './ssh-host.ts'

const FAMILY = '(while :; do sleep 100; done) & echo $$ $!; wait'
const living = (pids: readonly number[]): readonly number[] => pids.filter(pid => processState(pid) !== undefined)

async function firstPids(stdout: NodeJS.ReadableStream): Promise<readonly number[]> {
  const [chunk] = (await once(stdout, 'data')) as [Buffer]
  return chunk.toString().trim().split(' ').map(Number)
}

// sshd is a service of the system; where there is none, the rest of the room does not need it
describe.skipIf(!hasSshd())('a machine reached by ssh', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-sshd-'))
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd(folder)
  }, 60_000)
  afterAll(async () => {
    await sshd?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const start = (script: string, files: Readonly<Record<string, string>> = {}) =>
    sshHost(sshd.account).start({ files, command: path => ['sh', '-c', script, 'job', path], signal: undefined })

  test('files go there for their user alone, both streams and the exit code come back, nothing stays', async () => {
    let path = ''
    {
      await using job = await start(
        'echo "$1"; stat -c %a "$1" "$1/job.json"; cat "$1/job.json"; echo "ö" >&2; exit 7',
        {
          'job.json': `{"it's": "\${a} 界"}`,
        },
      )
      const [out, said] = await Promise.all([text(job.stdout), text(job.stderr)])
      expect(await job.exited).toEqual({ code: 7, signal: null })
      const [first = '', ...rest] = out.split('\n')
      expect([...rest, said]).toEqual(['700', '600', `{"it's": "\${a} 界"}`, 'ö\n'])
      path = first
    }
    expect(existsSync(path)).toBe(false)
  })

  test('stopping ends the whole group there', async () => {
    await using job = await start(FAMILY)
    job.stderr.resume()
    const pids = await firstPids(job.stdout)
    expect(living(pids)).toEqual(pids)
    job.stop()
    expect((await job.exited).code).toBe(143)
    await expect.poll(() => living(pids), { timeout: 20_000 }).toEqual([])
  })

  test('a folder is listed, and one that is no home is told with the host', async () => {
    const host = sshHost(sshd.account)
    expect([...((await host.list(folder)) ?? [])].sort()).toEqual(
      ['config', 'host', 'host.pub', 'sshd.log', 'user', 'user.pub'].sort(),
    )
    expect(await host.list('/no/such/folder')).toBeUndefined()
    await expect(openHome(host, { path: folder })).rejects.toMatchObject({
      code: 'ASSAY_DATAX_HOME',
      message: expect.stringMatching(/on .+@127\.0\.0\.1 is no DataX or Addax home: it has no folder lib/),
    })
  })

  test('a host with another key, a wrong account and a closed port are told apart', async () => {
    const failing = (changed: Partial<SshAccount>) =>
      sshHost({ ...sshd.account, ...changed })
        .list('/')
        .catch((error: unknown) => error)
    expect(await failing({ hostKey: 'another' })).toMatchObject({
      ...{ code: 'ASSAY_SSH', class: 'host_key' },
      message: expect.stringContaining(sshd.account.hostKey.replace('SHA256:', '')),
    })
    expect(await failing({ user: 'nobody-here' })).toMatchObject({ code: 'ASSAY_SSH', class: 'refused' })
    expect(await failing({ port: 1 })).toMatchObject({ code: 'ASSAY_SSH', class: 'unreachable' })
  })

  test('a connection that is cut ends the job there, and takes its folder away', async () => {
    const host = sshHost(sshd.account)
    let path = ''
    await using job = await host.start({
      files: { 'job.json': '{}' },
      command: own => {
        path = own
        return ['sh', '-c', FAMILY]
      },
      signal: undefined,
    })
    job.stderr.resume()
    const pids = await firstPids(job.stdout)
    expect(existsSync(path)).toBe(true)
    sshd.cut()
    expect(await job.exited).toEqual({ code: null, signal: 'a lost connection' })
    await expect.poll(() => living(pids), { timeout: 20_000 }).toEqual([])
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(false)
  })
})
