import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatError } from '../errors.ts'
import type { Secret } from '../log/secret.ts'
import { ConfInfo } from './getconf.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-conf-'))
afterAll(() => rmSync(folder, { recursive: true }))

function conf(text: string): string {
  const file = join(folder, 'config.conf')
  writeFileSync(file, text)
  return file
}

const METADATA = `
[klustron_metadata]
host = 192.168.0.1, 192.168.0.2
port = 18001,18002
user = pgx
pass = \${env:META_PASS}
sys_user = kunlun
`

test('the sections of the original', () => {
  const file = conf(`
[cluster_mgr]
comp_iplists = 192.168.0.1,192.168.0.2
stor_iplists = all
hdfs_host = h
hdfs_port = 9000
${METADATA}
[cdc_info]
cdc_host = c
cdc_port = 18900
cdc_host_1 = c1
mariadb_password_1 = pw
`)
  const info = new ConfInfo(file, { META_PASS: 's3cret' })
  expect(info.clusterMgr()).toMatchObject({
    compIplists: ['192.168.0.1', '192.168.0.2'],
    storIplists: 'all',
    hdfsPort: 9000,
  })
  const metadata = info.klustronMetadata()
  expect(metadata.nodes).toEqual([
    { host: '192.168.0.1', port: 18001 },
    { host: '192.168.0.2', port: 18002 },
  ])
  expect([metadata.user, metadata.sysUser, metadata.password.reveal()]).toEqual(['pgx', 'kunlun', 's3cret'])
  expect(info.cdcInfo()).toMatchObject({ cdc_port: 18900, cdc_host_1: 'c1' })
  const { mariadb_password_1: password } = info.cdcInfo() ?? {}
  expect((password as Secret | undefined)?.reveal()).toBe('pw')
  expect(JSON.stringify([info.cdcInfo(), metadata])).not.toMatch(/s3cret|"pw"/)
})

test('sections that are absent', () => {
  const info = new ConfInfo(conf(METADATA), { META_PASS: '' })
  expect(info.cdcInfo()).toBeUndefined()
  expect(() => info.clusterMgr()).toThrow('section [cluster_mgr] is missing')
})

test('hosts and ports that do not pair', () => {
  const file = conf(METADATA.replace('18001,18002', '18001'))
  try {
    new ConfInfo(file, { META_PASS: 'x' })
    expect.unreachable()
  } catch (error) {
    expect(formatError(error)).toBe(
      `ASSAY_CONFIG_VALUE  ${file}:4  [klustron_metadata] port "18001" lists 1 ports for 2 hosts`,
    )
  }
})
