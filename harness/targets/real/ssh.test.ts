import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../../log/secret.ts'
import type { Endpoint } from '../target.ts'
import { sshAccountOf, sshOptions } from './ssh.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-ssh-options-'))
afterAll(() => rmSync(folder, { recursive: true }))

const endpoint = (options: Endpoint['options']): Endpoint => ({
  ...{ target: 'x', role: 'r', name: 'r', protocol: 'http', host: '127.0.0.1', port: 1 },
  ...{ user: 'somebody', password: new Secret(''), options },
})

test('a section becomes options, and these the account, its key read and kept secret', async () => {
  const file = join(folder, 'key')
  writeFileSync(file, 'PRIVATE')
  const options = await sshOptions('x', { ssh_host: 'h', ssh_port: 2222, ssh_key_file: file, ssh_host_key: 'abc' })
  const account = sshAccountOf(endpoint(options))
  expect(account).toEqual({ host: 'h', port: 2222, user: 'somebody', hostKey: 'abc', privateKey: expect.any(Secret) })
  expect(account?.privateKey?.reveal()).toBe('PRIVATE')
})

test('without ssh_host the system is on this machine', async () => {
  expect(sshAccountOf(endpoint(await sshOptions('x', {})))).toBeUndefined()
})

test('a host whose key is not given is not trusted', async () => {
  await expect(sshOptions('curve.cluster', { ssh_host: 'h' })).rejects.toMatchObject({
    code: 'ASSAY_CONFIG_MISSING_KEY',
    message: '[curve.cluster] has ssh_host and no key "ssh_host_key"',
    hint: expect.stringContaining('ssh-keygen -lf'),
  })
})

test('a key file that is not there is named', async () => {
  const settings = { ssh_host: 'h', ssh_host_key: 'abc', ssh_key_file: join(folder, 'none') }
  await expect(sshOptions('datax.home', settings)).rejects.toMatchObject({
    code: 'ASSAY_CONFIG_VALUE',
    message: expect.stringContaining(`[datax.home] ssh_key_file "${folder}/none" cannot be read`),
  })
})
