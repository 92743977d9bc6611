import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { interpolate } from '../cases/interpolate.ts'
import type { EvidenceRequest, Step } from '../cases/model.ts'
import { maskSecrets } from '../log/secret.ts'
import type { ErrorRecord, ServerLogLine } from '../report/model.ts'
import type { CaseContext } from './case-context.ts'
import { errorRecord } from './error-record.ts'
import type { Frame } from './frame.ts'
import type { StepRunner } from './step-runner.ts'

const MAX_LOG_LINES = 200
/** A server's clock reads are a little apart from ours; some logs know whole seconds only. */
const MARGIN = 50
const BUDGET = 30_000

export type CollectOptions = {
  readonly context: CaseContext
  readonly runner: StepRunner
  readonly requests: readonly EvidenceRequest[]
  readonly frame: Frame
  /** Milliseconds since 1970: the beginning of the time that matters. */
  readonly from: number
  /** What could not be collected; it never replaces the cause. */
  readonly problems: ErrorRecord[]
}

/** The servers' log lines of the failing step's time, and what the case asks for besides, kept in the case's evidence folder. */
export async function collectEvidence({
  context,
  runner,
  requests,
  frame,
  from,
  problems,
}: CollectOptions): Promise<ServerLogLine[]> {
  const signal = AbortSignal.timeout(BUDGET)
  for (const [index, request] of requests.entries()) {
    try {
      await collect(request, index, { context, runner, frame, signal })
    } catch (error) {
      problems.push(errorRecord(error))
    }
  }
  const lines = await serverLines(context, from, problems)
  if (lines.length > 0) {
    const text = lines.map(({ server, text }) => `${server}  ${text}\n`).join('')
    writeFileSync(join(context.evidenceFolder(), 'servers.log'), text)
  }
  return lines
}

async function serverLines(context: CaseContext, from: number, problems: ErrorRecord[]): Promise<ServerLogLine[]> {
  const lines: ServerLogLine[] = []
  const first = from - MARGIN
  const second = Math.floor(first / 1_000) * 1_000
  for (const lease of context.leases) {
    try {
      lines.push(...(await lease.logs(second, context.environment.clock.now() + 1_000, MAX_LOG_LINES)))
    } catch (error) {
      problems.push(errorRecord(error))
    }
  }
  return lines
    .filter(({ at }) => at === undefined || at >= first || at % 1_000 === 0)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .slice(-MAX_LOG_LINES)
    .map(line => ({ ...line, text: context.mask.text(line.text) }))
}

async function collect(
  request: EvidenceRequest,
  index: number,
  { context, runner, frame, signal }: { context: CaseContext; runner: StepRunner; frame: Frame; signal: AbortSignal },
): Promise<void> {
  if (request.file !== undefined) {
    const path = context.path(String(interpolate(request.file, frame.scope)))
    const own = join(context.evidenceFolder(), basename(path))
    const kept = existsSync(own) ? join(context.evidenceFolder(), `${index + 1}-${basename(path)}`) : own
    writeFileSync(kept, context.mask.bytes(readFileSync(path)))
  }
  if (request.sql !== undefined) {
    const step: Step = {
      place: request.place,
      path: ['evidence', index],
      name: `evidence: ${request.sql.trim().split('\n')[0]}`,
      action: 'sql',
      input: request.sql,
      on: request.on,
    }
    const record = await runner.run(step, { ...frame, phase: 'evidence', signal, background: new Map() })
    const result = context.mask.data(maskSecrets(record.result().result))
    writeFileSync(join(context.evidenceFolder(), `evidence-${index + 1}.json`), `${JSON.stringify(result, null, 2)}\n`)
  }
}
