/** The thread in which a job of the platform runs, so that requests are answered while it does. Started by WorkerEngine. */
import { parentPort } from 'node:worker_threads'
import type { RunOptions } from '../engine/engine.ts'
import { runJob } from '../engine/in-process/run-job.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** Printed pieces that may be under way before the job waits. */
const WINDOW = 16

const port = parentPort
if (!port) throw new Error('run-worker is a worker, and nothing to start by itself')

let stop = new AbortController()
let underWay = 0
let more: (() => void) | undefined

const say = (message: FromWorker): void => port.postMessage(message)

const options = (message: Extract<ToWorker, { kind: 'run' }>): RunOptions => ({
  ...{ mode: message.mode, params: message.params, signal: stop.signal },
  onLog: line => say({ kind: 'log', line }),
  onProgress: progress => say({ kind: 'progress', progress }),
  onPrint(text) {
    say({ kind: 'print', text })
    if (++underWay < WINDOW) return
    return new Promise<void>(resolve => {
      const before = more
      more = () => {
        before?.()
        resolve()
      }
    })
  },
})

port.on('message', async (message: ToWorker) => {
  if (message.kind === 'printed') {
    underWay--
    const go = more
    more = undefined
    go?.()
    return
  }
  if (message.kind === 'stop') {
    stop.abort(new Error(message.reason))
    return
  }
  stop = new AbortController()
  say({ kind: 'result', result: await runJob(message.job, options(message)) })
})
