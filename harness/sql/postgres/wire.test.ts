import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { PostgresWire } from './wire.ts'

test.each(['error', 'end'])(
  'a wire whose driver says "%s" outside a statement is not open, although its socket is',
  said => {
    const client = Object.assign(new EventEmitter(), { connection: { stream: { destroyed: false } } })
    const wire = new PostgresWire(client as never, {} as never)
    expect(wire.open).toBe(true)
    client.emit(said, new Error('terminating connection due to administrator command'))
    expect(wire.open).toBe(false)
  },
)
