import type { CopySession } from './copy/copy-session.ts'
import { type RelayOptions, type RelayProgress, type RelayResult, relay } from './copy/relay.ts'
import { copyInText, copyOutTexts } from './copy-texts.ts'
import { openBeside } from './ends.ts'
import type { LoadOptions } from './load.ts'
import type { TransferProgress } from './model.ts'
import type { Split } from './split.ts'

export type MoveOptions = LoadOptions & {
  readonly split: Split
  /** Of the source, one for each stream. */
  readonly sessions: readonly CopySession[]
  /** The destination's table, or its staging table. */
  readonly into: string
  /** Each stream into a session of its own, which commits by itself. Else all go into one COPY of the destination's session. */
  readonly beside: boolean
}

/** `rowsSeen` is null where the source puts several rows into one frame, so that nobody could count them on the way. */
export type MovedRows = Omit<RelayResult, 'rowsSeen'> & { readonly rowsSeen: number | null }

/** Relays the parts of a split, and says how far it is on the way. */
export async function moveRows(options: MoveOptions): Promise<MovedRows> {
  const { source, destination, sessions, split, into, spec, format } = options
  const texts = copyOutTexts(options, split, sessions.length)
  const ends = sessions.map((session, index) => ({ session, text: texts[index] as string }))
  const text = copyInText(options, into)
  // Greenplum's segments fill the frames of a table's COPY with rows; those of a query come one by one
  const counted = source.engine.flavor !== 'greenplum' || texts.every(one => one.startsWith('copy ('))
  const progress = new Progress(options, counted)
  const common = {
    ...{ format, silence: spec.silence, waitForComplete: spec.recipe?.waitForComplete },
  }
  const moved = options.beside
    ? await sideBySide(options, async (index, signal) => {
        const session = await openBeside(destination, { ...besideOf(options), signal })
        const own = { ...common, ...progress.of(index), signal }
        return relay({ ...own, sources: ends.slice(index, index + 1), destination: { session, text } })
      })
    : await relay({
        ...{ ...common, ...progress.of(0), signal: spec.signal },
        sources: ends,
        destination: { session: destination.session, text },
      })
  return counted ? moved : { ...moved, rowsSeen: null }
}

const besideOf = ({ loan, spec: { lockWithin = 30_000, recipe } }: LoadOptions) => ({ loan, lockWithin, recipe })

type OneRelay = (index: number, signal: AbortSignal) => Promise<RelayResult>

/** The first that fails stops the others: their rows are of no use any more. */
async function sideBySide({ sessions, spec }: MoveOptions, one: OneRelay): Promise<RelayResult> {
  const abort = new AbortController()
  const signal = spec.signal ? AbortSignal.any([spec.signal, abort.signal]) : abort.signal
  const relays = sessions.map((_, index) =>
    one(index, signal).catch(error => {
      abort.abort(error)
      throw error
    }),
  )
  const results = await Promise.allSettled(relays)
  if (abort.signal.aborted) throw abort.signal.reason
  return results
    .map(result => (result as PromiseFulfilledResult<RelayResult>).value)
    .reduce((sum, one) => ({
      rowsOut: sum.rowsOut + one.rowsOut,
      rowsSeen: sum.rowsSeen + one.rowsSeen,
      rowsIn: sum.rowsIn + one.rowsIn,
      bytes: sum.bytes + one.bytes,
    }))
}

/** Sums what several relays say of themselves. */
class Progress {
  readonly #options: MoveOptions
  readonly #counted: boolean
  readonly #parts: RelayProgress[] = []

  constructor(options: MoveOptions, counted: boolean) {
    this.#options = options
    this.#counted = counted
  }

  /** What the relay of one part is to call: nothing that nobody asked for, since its pieces are many. */
  of(index: number): Pick<RelayOptions, 'onProgress' | 'onPiece'> {
    const { onProgress, onPiece } = this.#options.spec
    return {
      ...(onProgress ? { onProgress: part => onProgress(this.#known(index, part)) } : {}),
      ...(onPiece ? { onPiece: part => onPiece(this.#known(index, part)) } : {}),
    }
  }

  #known(index: number, part: RelayProgress): TransferProgress {
    const { expected, source } = this.#options
    this.#parts[index] = part
    const bytes = this.#parts.reduce((sum, one) => sum + one.bytes, 0)
    const share = source.size === 0 ? 1 : Math.min(1, bytes / source.size)
    const rows = this.#counted ? this.#parts.reduce((sum, one) => sum + one.rows, 0) : Math.round(expected * share)
    return { rows, bytes, expected }
  }
}
