import { any, type SeededFault } from './seeded-fault.ts'
import { TEXT_FAULTS } from './text-faults.ts'

const TAB = 9
const NEWLINE = 10
const BACKSLASH = 92

/** What an engine could do wrong, each with the scenarios that tell it from the right one. */
export const FAULTS: readonly SeededFault[] = [
  {
    name: 'the last batch is dropped',
    module: '../../plugins/rdbms/write-batches.ts',
    fault: original => ({
      writeBatches: (
        target: { batchRows: number },
        input: AsyncIterable<{ rows: unknown[]; kinds: unknown }>,
        writer: unknown,
      ) => {
        const whole = async function* () {
          let rows: unknown[] = []
          let kinds: unknown
          for await (const batch of input) {
            kinds = batch.kinds
            rows.push(...batch.rows)
          }
          rows = rows.slice(0, rows.length - (rows.length % target.batchRows))
          yield { kinds, rows, count: rows.length }
        }
        const cut = Object.assign(Object.create(input), { [Symbol.asyncIterator]: whole })
        return any(original).writeBatches(target, cut, writer)
      },
    }),
    caughtBy: ['a split table is the same on the other server', 'the same in MySQL'],
  },
  {
    name: 'a NULL is lost on its way out of PostgreSQL',
    module: '../../plugins/rdbms/postgres/copy-rows.ts',
    fault: original => ({
      CopyRows: class extends any(original).CopyRows {
        push(frames: Buffer) {
          const batch = super.push(frames)
          let field = 0
          for (let at = 0; at < (batch?.bytes.length ?? 0); at++) {
            const byte = batch.bytes[at]
            if (byte === TAB || byte === NEWLINE) field = byte === NEWLINE ? 0 : field + 1
            // \\N becomes 00
            else if (field === 2 && byte === BACKSLASH) batch.bytes.fill('0', at, at + 2)
          }
          return batch
        }
      },
    }),
    caughtBy: ['a split table is the same on the other server', 'the same in MySQL', 'the same value by value'],
  },
  {
    name: 'a NULL becomes an empty text on its way into PostgreSQL',
    module: '../../plugins/rdbms/postgres/encode.ts',
    fault: original => ({
      encodeRows: (rows: unknown[][], encoders: unknown) =>
        any(original).encodeRows(
          rows.map(row => row.map((value, at) => (value === null && at === 1 ? '' : value))),
          encoders,
        ),
    }),
    caughtBy: ['the same value by value'],
  },
  ...TEXT_FAULTS,
  {
    name: 'a range of the split is closed at both ends',
    module: '../../plugins/rdbms/split-range.ts',
    fault: original => ({
      rangeConditions: (...given: unknown[]) =>
        any(original)
          .rangeConditions(...given)
          .map((text: string) => text.replace(' < ', ' <= ')),
    }),
    caughtBy: ['a split table is the same on the other server'],
  },
  {
    name: 'a range of the split is open at both ends',
    module: '../../plugins/rdbms/split-range.ts',
    fault: original => ({
      rangeConditions: (...given: unknown[]) =>
        any(original)
          .rangeConditions(...given)
          .map((text: string) => text.replace(' <= ', ' < ')),
    }),
    caughtBy: ['a split table is the same on the other server'],
  },
  {
    name: 'the rows without a key have no task',
    module: '../../plugins/rdbms/split-range.ts',
    fault: original => ({
      rangeConditions: (...given: unknown[]) =>
        any(original)
          .rangeConditions(...given)
          .slice(0, -1),
    }),
    caughtBy: ['a split table is the same on the other server'],
  },
  {
    name: 'the counter of what was read counts twice',
    module: './tally.ts',
    fault: original => ({
      Tally: class extends any(original).Tally {
        counters(transformed: boolean) {
          const counters = super.counters(transformed)
          return { ...counters, total: counters.total * 2n }
        }
      },
    }),
    caughtBy: [
      'a split table is the same on the other server',
      'dirty rows of the reader are counted, and not written',
    ],
  },
  {
    name: 'the counter of what was written counts what was tried',
    module: './tally.ts',
    fault: original => ({
      Tally: class extends any(original).Tally {
        counters(transformed: boolean) {
          const counters = super.counters(transformed)
          return { ...counters, written: counters.written + counters.failed }
        }
      },
    }),
    caughtBy: [
      'of a batch with bad rows only those are dirty',
      'dirty rows of the reader are counted, and not written',
    ],
  },
  {
    name: 'of a failed batch all rows are dirty',
    module: '../../plugins/rdbms/write-batches.ts',
    fault: original => ({
      writeBatches: (
        target: unknown,
        input: unknown,
        writer: {
          write: (rows: unknown[], kinds: unknown) => () => Promise<void>
          textWriter: (columns: unknown) => ((parts: unknown) => () => Promise<void>) | undefined
        },
      ) => {
        let failed: Error | undefined
        const watched = (send: () => Promise<void>) => () =>
          send().catch((error: Error) => {
            failed = error
            throw error
          })
        const write = (rows: unknown[], kinds: unknown): (() => Promise<void>) => {
          if (failed && rows.length < 100) throw failed
          return watched(writer.write(rows, kinds))
        }
        const textWriter = (columns: unknown) => {
          const text = writer.textWriter(columns)
          return text && ((parts: unknown) => watched(text(parts)))
        }
        return any(original).writeBatches(target, input, { ...writer, write, textWriter })
      },
    }),
    caughtBy: ['of a batch with bad rows only those are dirty'],
  },
  {
    name: 'the limit of dirty rows bears one more',
    module: './error-limit.ts',
    fault: original => ({
      ErrorLimit: class extends any(original).ErrorLimit {
        recordBreach(tally: { failed: number }) {
          return super.recordBreach({ failed: tally.failed - 1 })
        }
      },
    }),
    caughtBy: ['one dirty row beyond the limit fails the job'],
  },
  {
    name: 'a row that cannot be converted is dropped in silence',
    module: './tasks.ts',
    fault: original => ({
      runTasks: (tasks: { reader: { read: (output: object) => unknown } }[], options: unknown) =>
        any(original).runTasks(
          tasks.map(task => ({
            ...task,
            reader: {
              read: (output: object) =>
                task.reader.read(
                  Object.assign(Object.create(output), { send: any(output).send.bind(output), dirty() {} }),
                ),
            },
          })),
          options,
        ),
    }),
    caughtBy: ['one dirty row beyond the limit fails the job', 'dirty rows of the reader are counted, and not written'],
  },
  {
    name: 'backslashes are not escaped on their way into PostgreSQL',
    module: '../../plugins/rdbms/postgres/encode.ts',
    fault: original => ({
      encodeRows: (rows: unknown, encoders: ((value: unknown) => string)[]) =>
        any(original).encodeRows(
          rows,
          encoders.map(one => (value: unknown) => one(value).replaceAll('\\\\', '\\')),
        ),
    }),
    caughtBy: ['the same value by value'],
  },
  {
    name: 'transformers are applied twice',
    module: '../../transformers/chain.ts',
    fault: original => ({
      TransformerChain: {
        of: (...given: unknown[]) => {
          const chain = any(original).TransformerChain.of(...given)
          const apply = chain?.apply.bind(chain)
          if (chain) chain.apply = (row: unknown, kinds: unknown) => apply(row, kinds) && apply(row, kinds)
          return chain
        },
      },
    }),
    caughtBy: ['lines of a file pass a chain of transformers once'],
  },
  {
    name: 'the last line of a file, which has no line end, is lost',
    module: '../../plugins/txtfile/csv-parser.ts',
    fault: original => ({
      CsvParser: class extends any(original).CsvParser {
        end() {
          return []
        }
      },
    }),
    caughtBy: ['lines of a file pass a chain of transformers once', 'a file that is written is read as it was'],
  },
  {
    name: 'quotes are not doubled',
    module: '../../plugins/txtfile/formats.ts',
    fault: original => ({
      csvFormat: (options: unknown) => {
        const line = any(original).csvFormat(options)
        return (fields: unknown) => line(fields).replaceAll('""', '"')
      },
    }),
    caughtBy: ['a file that is written is read as it was'],
  },
]
