import { any, type SeededFault } from './seeded-fault.ts'

/** A batch of text with one text in place of another of the same length. */
function replaced(batch: { readonly bytes: Buffer } | undefined, text: string, by: string): unknown {
  for (let at = batch?.bytes.indexOf(text) ?? -1; batch && at >= 0; at = batch.bytes.indexOf(text, at))
    batch.bytes.write(by, at)
  return batch
}

/** What could go wrong with rows that stay text. */
export const TEXT_FAULTS: readonly SeededFault[] = [
  {
    name: 'of rows that are text the last of each batch is dropped',
    module: '../../record/text-batch.ts',
    fault: original => ({
      TextBatch: class extends any(original).TextBatch {
        slice(from: number, to: number) {
          const slice = super.slice(from, to)
          const bytes = slice.count < 2 ? slice.bytes : slice.bytes.subarray(0, slice.endOf(slice.count - 2))
          return Object.defineProperty(slice, 'bytes', { value: bytes })
        }
      },
    }),
    caughtBy: ['a split table is the same on the other server', 'from MySQL to PostgreSQL'],
  },
  {
    name: 'of rows that are text a piece begins one row too early',
    module: '../../record/text-batch.ts',
    fault: original => ({
      TextBatch: class extends any(original).TextBatch {
        slice(from: number, to: number) {
          return super.slice(Math.max(0, from - 1), to)
        }
      },
    }),
    caughtBy: ['a split table is the same on the other server', 'the same in MySQL', 'from MySQL to PostgreSQL'],
  },
  {
    name: 'rows that are text count their bytes',
    module: '../../record/text-batch.ts',
    fault: original => ({
      TextBatch: class extends any(original).TextBatch {
        sizeOf(rows: number) {
          return rows === 0 ? 0 : this.endOf(rows - 1)
        }
      },
    }),
    caughtBy: ['a split table is the same on the other server', 'from MySQL to PostgreSQL'],
  },
  {
    name: 'columns of text are taken to be the same whatever their types are',
    module: '../../plugins/rdbms/postgres/passes.ts',
    fault: () => ({ passes: () => true }),
    caughtBy: ['a boolean and a double become texts'],
  },
  {
    name: 'a quote is lost on its way into MySQL',
    module: '../../plugins/rdbms/mysql/values-text.ts',
    fault: original => ({
      ValuesText: class extends any(original).ValuesText {
        of(parts: unknown) {
          return Buffer.from(super.of(parts).toString().replaceAll("''s", 's'))
        }
      },
    }),
    caughtBy: ['the same in MySQL, by statements'],
  },
  {
    name: 'a NULL becomes a zero on its way into MySQL',
    module: '../../plugins/rdbms/mysql/values-text.ts',
    fault: original => ({
      ValuesText: class extends any(original).ValuesText {
        of(parts: unknown) {
          return Buffer.from(super.of(parts).toString().replaceAll(',NULL,', ',0,'))
        }
      },
    }),
    caughtBy: ['the same in MySQL, by statements'],
  },
  {
    name: 'an escape is taken for its letter on its way into MariaDB',
    module: '../../plugins/rdbms/mysql/bulk.ts',
    fault: original => ({
      bulkRows: (parts: unknown, columns: unknown) =>
        (replaced({ bytes: any(original).bulkRows(parts, columns) }, 'tab\t', 'tabt') as { bytes: Buffer }).bytes,
    }),
    caughtBy: ['the same in MySQL'],
  },
  {
    name: 'a NULL becomes a zero on its way into MariaDB',
    module: '../../plugins/rdbms/mysql/bulk.ts',
    fault: original => ({
      bulkRows: (parts: { readonly bytes: Buffer }[], columns: unknown) =>
        any(original).bulkRows(
          parts.map(part => replaced(part, '\t\\N\t', '\t00\t')),
          columns,
        ),
    }),
    caughtBy: ['the same in MySQL'],
  },
  {
    name: 'a line end in a text of MySQL is not escaped',
    module: '../../plugins/rdbms/mysql/row-text.ts',
    fault: original => ({
      RowText: class extends any(original).RowText {
        take() {
          return replaced(super.take(), '\\n', 'n ')
        }
      },
    }),
    caughtBy: ['from MySQL to PostgreSQL'],
  },
  {
    name: 'a NULL of MySQL becomes a zero',
    module: '../../plugins/rdbms/mysql/row-text.ts',
    fault: original => ({
      RowText: class extends any(original).RowText {
        take() {
          return replaced(super.take(), '\t\\N\t', '\t00\t')
        }
      },
    }),
    caughtBy: ['from MySQL to PostgreSQL'],
  },
]
