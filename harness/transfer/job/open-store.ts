import { ActionError } from '../../errors.ts'
import { connect } from '../../sql/connect.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { WindowColumn } from '../window.ts'
import { CleanStore } from './clean-store.ts'
import { EarliestStore } from './earliest-store.ts'
import type { JobStore } from './model.ts'
import { SeedStore } from './seed-store.ts'

/** `clean`: the schema of `assay transfer init`. `seed`: transferstatetable and transfertable. `earliest`: etl_conf_d and sor.schemaName. */
export const STORES = ['clean', 'seed', 'earliest'] as const
export type StoreKind = (typeof STORES)[number]

export type StoreOptions = {
  readonly kind: StoreKind
  /** The database with the control tables. */
  readonly control: Endpoint
  /** Default: assay_transfer, or eda for the seed's tables. */
  readonly schema?: string
  /** `earliest`: the server with etl_conf_d, and the column of every window. */
  readonly windows?: Endpoint
  readonly windowColumn?: WindowColumn
  readonly signal?: AbortSignal
}

export type OpenStore = AsyncDisposable & { readonly store: JobStore }

/** Opens the control tables with a connection of their own. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { kind, control, schema, signal } = options
  await using stack = new AsyncDisposableStack()
  const session = stack.use(await connect(control, { signal, applicationName: 'assay transfer control' }))
  const open = async (): Promise<JobStore> => {
    if (kind === 'clean') return new CleanStore(session, schema)
    if (kind === 'seed') return new SeedStore(session, { schema })
    const { windows, windowColumn } = options
    if (!windows || !windowColumn)
      throw new ActionError(
        'ASSAY_TRANSFER_OPTION',
        'the earliest tables need the server of etl_conf_d, and the column of the windows',
        {
          hint: 'Name them with --windows and --window-column.',
        },
      )
    const other = stack.use(await connect(windows, { signal, applicationName: 'assay transfer windows' }))
    return new EarliestStore({ windows: other, tables: session, window: windowColumn })
  }
  const store = await open()
  const owned = stack.move()
  return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
