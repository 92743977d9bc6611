import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ActionContext, StepRecord } from './define-action.ts'
import { exec } from './exec.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-exec-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const recorded: StepRecord[] = []
const contextWith = (signal = new AbortController().signal) =>
  ({
    signal,
    clock: { now: () => 0, sleep: async () => {} },
    path: (name: string) => join(folder, name),
    record: (entry: StepRecord) => recorded.push(entry),
  }) as unknown as ActionContext

test('a program gets its arguments as they are, and runs beside the case file', async () => {
  const result = await exec.run(['printf', '%s\\n', '$HOME; a  b', '*'], contextWith())
  expect(result).toMatchObject({ exit_code: 0, signal: null, stdout: '$HOME; a  b\n*\n', lines: ['$HOME; a  b', '*'] })
  expect(await exec.run(['pwd'], contextWith())).toMatchObject({ lines: [folder] })
  expect(recorded[0]).toMatchObject({ kind: 'text', title: 'printf %s\\n $HOME; a  b *' })
})

test('a shell line has pipes, variables and an input', async () => {
  const input = { shell: 'cat | tr a-z A-Z; echo "$WHO" >&2', stdin: 'rows', env: { WHO: 'me' } }
  expect(await exec.run(input, contextWith())).toMatchObject({ stdout: 'ROWS', stderr: 'me\n', lines: ['ROWS'] })
})

test('an exit code that is not the wanted one fails with the end of the output', async () => {
  const shell = 'for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 3'
  await expect(exec.run({ shell }, contextWith())).rejects.toMatchObject({
    code: 'ASSAY_EXEC',
    class: 'exit_code',
    systemCode: 3,
    message: '/bin/sh ended with exit code 3: line 3\nline 4\nline 5\nline 6\nline 7',
  })
  expect(await exec.run({ shell, exit_code: 3 }, contextWith())).toMatchObject({ exit_code: 3 })
  expect(await exec.run({ shell, exit_code: 'any' }, contextWith())).toMatchObject({ exit_code: 3, lines: [] })
  await expect(exec.run({ command: ['true'], exit_code: 3 }, contextWith())).rejects.toMatchObject({ systemCode: 0 })
})

test('a program that is not there, or ends by a signal, says so', async () => {
  await expect(exec.run(['assay-no-such-program'], contextWith())).rejects.toMatchObject({
    class: 'not_started',
    systemCode: 'ENOENT',
  })
  await expect(exec.run({ shell: 'kill -9 $$' }, contextWith())).rejects.toMatchObject({
    systemCode: 'SIGKILL',
    message: '/bin/sh was ended by SIGKILL',
  })
})

test('the end of a very long output is kept', async () => {
  const { stdout } = await exec.run({ shell: 'head -c 3000000 /dev/zero | tr "\\0" x; echo; echo end' }, contextWith())
  expect(stdout.length).toBeLessThan(1_100_000)
  expect(stdout.endsWith('x\nend\n')).toBe(true)
})

test('when the step ends, so does what the program started', async () => {
  const controller = new AbortController()
  const pids = join(folder, 'pid')
  const running = exec.run(
    { shell: `sleep 600 & echo $! > ${pids}.new; mv ${pids}.new ${pids}; wait` },
    contextWith(controller.signal),
  )
  await expect.poll(() => existsSync(pids), { timeout: 20_000 }).toBe(true)
  controller.abort(new Error('enough'))
  await expect(running).rejects.toMatchObject({ code: 'ASSAY_EXEC' })
  const alive = () => existsSync(`/proc/${readFileSync(pids, 'utf8').trim()}`)
  await expect.poll(alive, { timeout: 20_000 }).toBe(false)
})

test('either a command or a shell line', () => {
  expect(exec.input.safeParse({ command: ['a'], shell: 'a' }).error?.issues[0]?.message).toBe(
    'exec needs either "command" or "shell"',
  )
  expect(exec.input.safeParse({}).success).toBe(false)
})
