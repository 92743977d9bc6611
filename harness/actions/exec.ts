import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { z } from 'zod'
import { ActionError } from '../errors.ts'
import { defineAction } from './define-action.ts'

/** More than this of each stream is cut at the front: the end of an output says why a program failed. */
const MAX_OUTPUT = 1_000_000
/** Time that a program has to end by itself after SIGTERM. */
const KILL_AFTER = 3_000

const full = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Program and arguments, passed as they are: no shell, no quoting'),
  shell: z.string().optional().describe('A command line for /bin/sh, where pipes and variables are wanted'),
  cwd: z
    .string()
    .optional()
    .describe('Folder to run in, relative to the case file. Default: the folder of the case file'),
  env: z.record(z.string(), z.string()).optional().describe('Variables besides those of the run'),
  stdin: z.string().optional(),
  exit_code: z
    .union([z.int(), z.literal('any')])
    .optional()
    .describe('What counts as success. Default 0; "any" leaves the judging to expect'),
})

/** Runs a program. */
export const exec = defineAction({
  name: 'exec',
  about:
    'Runs a program and gives { exit_code, signal, stdout, stderr, lines, duration_ms }. An exit code other than `exit_code` fails the step with the end of its output.',
  input: z
    .union([z.array(z.string()).min(1), full])
    .refine(value => Array.isArray(value) || (value.command === undefined) !== (value.shell === undefined), {
      error: 'exec needs either "command" or "shell"',
    }),
  timeout: '60s',
  examples: [
    '- exec: [pg_dump, --version]',
    '- exec: { shell: "ls | wc -l" }\n  expect: { stdout: { match: "^[0-9]+" } }',
  ],
  async run(input, context) {
    const options = Array.isArray(input) ? { command: input } : input
    const [file, ...args] =
      options.shell === undefined ? (options.command as string[]) : ['/bin/sh', '-c', options.shell]
    const started = context.clock.now()
    const child = spawn(file as string, args, {
      cwd: options.cwd === undefined ? dirname(context.path('x')) : context.path(options.cwd),
      env: { ...process.env, ...options.env },
      // a group of its own, so that what it started ends with it
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.stdin.on('error', () => {})
    child.stdin.end(options.stdin ?? '')
    const stop = () => {
      killGroup(child.pid, 'SIGTERM')
      setTimeout(() => killGroup(child.pid, 'SIGKILL'), KILL_AFTER).unref()
    }
    context.signal.addEventListener('abort', stop, { once: true })
    try {
      const { code, signal } = await ended(child, file as string)
      const result = {
        exit_code: code,
        signal,
        stdout: stdout(),
        stderr: stderr(),
        lines: linesOf(stdout()),
        duration_ms: context.clock.now() - started,
      }
      context.record({
        kind: 'text',
        title: options.shell ?? [file, ...args].join(' '),
        text: [result.stdout, result.stderr].filter(Boolean).join('\n'),
      })
      const wanted = options.exit_code ?? 0
      if (wanted !== 'any' && code !== wanted) {
        const what = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`
        const tail = linesOf(result.stderr || result.stdout)
          .slice(-5)
          .join('\n')
        throw new ActionError('ASSAY_EXEC', `${file} ${what}${tail === '' ? '' : `: ${tail}`}`, {
          systemCode: code ?? signal ?? undefined,
          class: 'exit_code',
          data: { exit_code: code, signal, stderr: result.stderr.slice(-4_000) },
        })
      }
      return result
    } finally {
      context.signal.removeEventListener('abort', stop)
      killGroup(child.pid, 'SIGKILL')
    }
  },
})

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    while (size > MAX_OUTPUT && chunks.length > 1) size -= chunks.shift()?.length ?? 0
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function ended(
  child: ReturnType<typeof spawn>,
  file: string,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', cause =>
      reject(
        new ActionError('ASSAY_EXEC', `${file} could not be started: ${cause.message}`, {
          systemCode: (cause as NodeJS.ErrnoException).code,
          class: 'not_started',
          cause,
        }),
      ),
    )
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // the group has ended
  }
}

function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, '') === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}
