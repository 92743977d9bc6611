import { lstat, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataxError } from '../errors.ts'
import { asText } from '../record/convert.ts'
import { type Batch, kindAt, type Value } from '../record/kind.ts'
import { nothing, type PluginContext, type RecordInput, type WriterPlugin, type WriterTask } from './plugin.ts'
import { TextFile } from './text-file.ts'

/** Prints records, writes all of them to one file, or throws them away. */
export const streamWriter: WriterPlugin = {
  name: 'streamwriter',
  open(parameters, context) {
    const delimiter = parameters.text('fieldDelimiter') ?? '\t'
    const print = parameters.bool('print', true)
    const path = parameters.text('path') ?? ''
    const fileName = parameters.text('fileName') ?? ''
    const pauseAfter = parameters.long('recordNumBeforeSleep') ?? 0
    const pause = parameters.long('sleepTime') ?? 0
    if (pauseAfter < 0 || pause < 0)
      throw new DataxError('StreamWriter-01', 'recordNumBeforeSleep and sleepTime must not be below 0')
    const toFile = path.trim() !== '' && fileName.trim() !== ''
    if (toFile && /[/\\\0]|^\.\.?$/.test(fileName))
      throw new DataxError('StreamWriter-01', `"${fileName}" is no file name`)
    const file = join(path, fileName)
    const text = (batch: Batch): string => batchText(batch, delimiter, context)
    return {
      preflight: nothing,
      async prepare() {
        if (!toFile) return
        try {
          await mkdir(path, { recursive: true })
          const old = await lstat(file).catch(() => undefined)
          if (old && !old.isFile()) throw new Error('it is there, and is no regular file')
          await rm(file, { force: true })
        } catch (error) {
          throw new DataxError('StreamWriter-02', `${file} could not be made: ${(error as Error).message}`, {
            cause: error,
          })
        }
      },
      split: async tasks =>
        Array.from({ length: tasks }, (): WriterTask => {
          if (toFile) return { write: input => toOneFile(file, text, input, { pauseAfter, pause, context }) }
          return { write: input => toPrint(print ? text : undefined, input, context) }
        }),
      post: nothing,
      [Symbol.asyncDispose]: nothing,
    }
  },
}

function batchText({ rows, kinds }: Batch, delimiter: string, { mode }: PluginContext): string {
  // DataX writes the delimiter after every field and cuts one character off the end
  const lineEnd = mode === 'compat' && delimiter.length !== 1 ? undefined : '\n'
  let text = ''
  for (const row of rows) {
    let line = ''
    for (let index = 0; index < row.length; index++) {
      if (index > 0) line += delimiter
      line += asText(row[index] as Value, kindAt(kinds, index), mode) ?? 'null'
    }
    text += lineEnd === undefined ? `${(line + delimiter).slice(0, -1)}\n` : line + lineEnd
  }
  return text
}

async function toPrint(
  text: ((batch: Batch) => string) | undefined,
  input: RecordInput,
  context: PluginContext,
): Promise<void> {
  for await (const batch of input) {
    if (text) await context.print(text(batch))
    input.written(batch.count)
  }
}

async function toOneFile(
  path: string,
  text: (batch: Batch) => string,
  input: RecordInput,
  {
    pauseAfter,
    pause,
    context,
  }: { readonly pauseAfter: number; readonly pause: number; readonly context: PluginContext },
): Promise<void> {
  const file = new TextFile(path, { flags: 'a', code: 'StreamWriter-02' })
  try {
    let before = 0
    let records = 0
    for await (const batch of input) {
      await file.write(text(batch))
      before = records
      records += batch.count
      if (pause > 0 && before < pauseAfter && records >= pauseAfter)
        await context.clock.sleep(pause * 1000, context.signal)
    }
    await file.close()
    input.written(records)
  } catch (error) {
    file.destroy()
    throw error
  }
}
