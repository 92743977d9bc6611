import { randomUUID } from 'node:crypto'
import { must, type Rule } from './rule.ts'
import type { World } from './world.ts'

const refusals: readonly (readonly [rule: string, json: object, code: string, field: string])[] = [
  ['name is needed', {}, 'missing_field', 'name'],
  ['an empty name is refused', { name: '' }, 'invalid_field', 'name'],
  ['control characters in a name are refused', { name: 'a\u0007b' }, 'invalid_field', 'name'],
  ['a name of 256 characters is refused', { name: 'x'.repeat(256) }, 'invalid_field', 'name'],
  ['an unknown app_type is refused', { name: 'a', app_type: 'fax' }, 'invalid_field', 'app_type'],
]

async function filtered(world: World, filter: string): Promise<readonly string[]> {
  const { sets } = await world.works(world.client.sets({ filter, limit: 1000 }))
  must(Array.isArray(sets), 'the answer has no list "sets"')
  return sets.map(set => set.id)
}

export const setRules: readonly Rule[] = [
  {
    ...{ endpoint: 5, rule: 'filter finds an app_type' },
    async run(world) {
      const [oracle, ftp] = [await world.set('check', 'oracle'), await world.set('check', 'ftp')]
      const found = await filtered(world, 'oracle')
      must(found.includes(oracle) && !found.includes(ftp), 'the filter oracle does not tell oracle from ftp')
    },
  },
  {
    ...{ endpoint: 5, rule: 'filter finds a part of a name, whatever its case' },
    async run(world) {
      const mark = randomUUID().slice(0, 13)
      const set = await world.set(`Night-${mark}-Check`)
      const found = await filtered(world, `${mark.toUpperCase()}-CHECK`)
      must(found.includes(set) && found.length === 1, 'a part of the name in capitals does not find the set alone')
    },
  },
  {
    ...{ endpoint: 5, rule: 'an empty filter and null are none' },
    async run(world) {
      const set = await world.set()
      for (const query of ['', '&filter=', '&filter=null']) {
        const { json } = await world.ask({ path: `/sets?limit=1000${query}` })
        const next = json?.next
        must(next || json?.sets?.some((one: { id: string }) => one.id === set), `"${query}" does not list the set`)
      }
    },
  },
  {
    ...{ endpoint: 6, rule: 'a set is shown with the ids of its blocks' },
    async run(world) {
      const set = await world.set('shown')
      const block = await world.block(undefined, { set, size: 7 })
      const { set: shown } = await world.works(world.client.set(set))
      must(
        shown?.name === 'shown' && shown.blocks?.length === 1 && shown.blocks[0] === block,
        `got ${JSON.stringify(shown)}`,
      )
    },
  },
  {
    ...{ endpoint: 6, rule: 'an unknown id is 404 not_found' },
    run: world => world.refused({ path: '/sets/set-0' }, 404, 'not_found'),
  },
  {
    ...{ endpoint: 7, rule: 'answers set-id; names need not be unique' },
    async run(world) {
      const [first, second] = [await world.set('twin'), await world.set('twin')]
      must(first !== second, 'the second set has the id of the first')
    },
  },
  {
    ...{ endpoint: 7, rule: 'the same Idempotency-Key makes it once' },
    async run(world) {
      const key = randomUUID()
      const make = () => world.works(world.client.createSet({ name: 'once' }, { idempotencyKey: key }))
      const [first, second] = [await make(), await make()]
      for (const { 'set-id': id } of [first, second]) world.after(`set ${id}`, () => world.client.deleteSet(id))
      must(first['set-id'] === second['set-id'], 'the repetition made a second set')
    },
  },
  {
    ...{ endpoint: 7, rule: 'the same Idempotency-Key with another body is 409' },
    async run(world) {
      const headers = { 'idempotency-key': randomUUID() }
      const first = await world.ask({ method: 'PUT', path: '/sets', json: { name: 'one' }, headers })
      const id = first.json?.['set-id']
      if (typeof id === 'string') world.after(`set ${id}`, () => world.client.deleteSet(id))
      const second = await world.ask({ method: 'PUT', path: '/sets', json: { name: 'two' }, headers })
      const other = second.json?.['set-id']
      if (typeof other === 'string' && other !== id) world.after(`set ${other}`, () => world.client.deleteSet(other))
      must(second.status === 409, `expected 409, got ${second.status}`)
    },
  },
  ...refusals.map(
    ([rule, json, code, field]): Rule => ({
      ...{ endpoint: 7, rule },
      run: world => world.refused({ method: 'PUT', path: '/sets', json }, 400, code, field),
    }),
  ),
  {
    // Free: a deployment may refuse it, or not look at it.
    ...{ endpoint: 7, rule: 'an unknown field is 400 unknown_field, or ignored' },
    async run(world) {
      const { status, json } = await world.ask({ method: 'PUT', path: '/sets', json: { name: 'a', colour: 1 } })
      const id = json?.['set-id']
      if (typeof id === 'string') world.after(`set ${id}`, () => world.client.deleteSet(id))
      const ignored = status < 300 && typeof id === 'string'
      must(ignored || (status === 400 && json?.error?.code === 'unknown_field'), `got ${status} ${json?.error?.code}`)
    },
  },
  {
    ...{ endpoint: 8, rule: 'a set with blocks is 409 in_use' },
    async run(world) {
      const set = await world.set()
      await world.block(undefined, { set, size: 1 })
      await world.refused({ method: 'DELETE', path: `/sets/${set}` }, 409, 'in_use')
    },
  },
  {
    ...{ endpoint: 8, rule: 'recursive deletes its blocks; then it is 404' },
    async run(world) {
      const set = await world.set()
      const block = await world.block(undefined, { set, size: 1 })
      await world.done(await world.works(world.client.deleteSet(set, { recursive: true })))
      await world.refused({ path: `/sets/${set}` }, 404, 'not_found')
      await world.refused({ path: `/blocks/${block}` }, 404, 'not_found')
    },
  },
]
