import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { planTransfer, transferTable } from './transfer-table.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const run = (file: string, ...args: string[]): boolean => spawnSync(file, args).status === 0

/** A file system of 8 MB; undefined where this account may not mount one. */
function smallDisk(): { readonly folder: string; remove(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'assay-small-disk-'))
  if (run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder))
    return {
      folder,
      remove() {
        run('umount', '-l', folder)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  rmSync(folder, { recursive: true, force: true })
  return undefined
}

test('a disk that fills on the destination leaves nothing, and a larger one takes all', async context => {
  const disk = smallDisk()
  context.skip(disk === undefined, 'this account may not mount a small file system')
  if (!disk) return
  const lease = await leaseForTest('postgres.pair', 'exclusive')
  try {
    const [source, destination] = [lease.endpoints.source as Endpoint, lease.endpoints.destination as Endpoint]
    await using from = await connect(source)
    await using admin = await connect(lease.endpoints.destination_admin as Endpoint)
    await from.query(
      'drop table if exists big; create table big as select i as id, repeat(md5(i::text), 30) as v from generate_series(1, 30000) i',
    )
    const data = String((await admin.query('show data_directory')).values[0]?.[0])
    const { uid, gid } = statSync(data)
    chownSync(disk.folder, uid, gid)
    await admin.query(`create tablespace small location '${disk.folder}'`)
    await admin.query(
      `drop table if exists big; create table big (id int, v text) tablespace small; alter table big owner to ${destination.user}; grant all on tablespace small to ${destination.user}`,
    )
    const spec = { source, destination, table: { name: 'big' } }
    await expect(transferTable(spec)).rejects.toMatchObject({ code: 'ASSAY_SQL', class: 'disk_full' })
    expect((await admin.query('select count(*)::int from big')).values).toEqual([[0]])
    const asked = { ...spec, destination: lease.endpoints.destination_admin as Endpoint }
    const refusal = {
      code: 'ASSAY_TRANSFER_SPACE',
      message: expect.stringMatching(
        /^the rows of source public.big need at least \d+ MB, and the disk of .* has \d MB left$/,
      ),
    }
    let begun = false
    const onPhase = async (phase: string) => {
      begun ||= phase === 'begin'
    }
    // Who may not ask how much room there is meets the full disk; who may is told before a byte moves
    await from.query('analyze big')
    await expect(transferTable({ ...asked, onPhase })).rejects.toMatchObject(refusal)
    await expect(planTransfer(asked)).rejects.toMatchObject(refusal)
    expect(begun).toBe(false)
    await admin.query('alter table big set tablespace pg_default')
    expect(await planTransfer(asked)).toMatchObject({ table: 'public.big' })
    await admin.query('drop tablespace small')
    expect(await transferTable(spec)).toMatchObject({ rows: { verified: 30_000 } })
  } finally {
    await lease.release({ dirty: 'its disk was full' })
    disk.remove()
  }
})
