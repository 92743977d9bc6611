import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { Secret } from '../log/secret.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { readAligned, readFileAligned, writeAligned, writeFileAligned } from './aligned.ts'
import { CurveClient } from './client.ts'
import { settingsOf, userOf } from './endpoint.ts'
import { CurveError } from './errors.ts'
import type { CurveSettings } from './types.ts'

vi.setConfig({ testTimeout: 30_000 })

const SIZE = 10 * 2 ** 30
const MODULE_ERROR = 'ASSAY_CURVE_MODULE'
let lease: Lease
let settings: CurveSettings
let folder: string

beforeAll(async () => {
  lease = await leaseForTest('curve.cluster')
  settings = settingsOf(lease.endpoints.cluster as Endpoint)
  folder = await mkdtemp(join(tmpdir(), 'assay-curve-test-'))
})
afterAll(async () => {
  await lease?.release()
  await rm(folder, { recursive: true, force: true })
})

let count = 0
async function client(more: Partial<CurveSettings> = {}): Promise<CurveClient> {
  const made = new CurveClient({ ...settings, ...more })
  onTestFinished(() => made[Symbol.asyncDispose]())
  return made
}

async function openVolume(made: CurveClient): Promise<{ readonly path: string; readonly fd: number }> {
  await made.init()
  const path = `/volume-${++count}`
  await made.create(path, { size: SIZE })
  return { path, fd: await made.open(path) }
}

/** A folder with a module `curvefs` of its own. */
async function moduleOf(source: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const own = join(folder, `module-${++count}`)
  await mkdir(own)
  for (const [name, text] of Object.entries({ 'curvefs.py': source, ...more })) await writeFile(join(own, name), text)
  return own
}

test('a code below zero says code, name, call and arguments, and no password', async () => {
  const made = await client()
  await made.init()
  const as = { owner: 'root', password: new Secret('not-the-password') }
  const error = await made.statFile('/none', { as }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CurveError)
  expect(error).toMatchObject({
    ...{ code: 'ASSAY_CURVE', systemCode: -4, class: 'authfail', codeName: 'AUTHFAIL', curveCode: -4 },
    message: 'StatFile("/none", "root") gave -4 AUTHFAIL',
  })
  expect(JSON.stringify(error)).not.toContain('not-the-password')
})

test('the right password of root is handed over', async () => {
  const made = await client()
  await made.init()
  expect(await made.listdir('/', { as: userOf(lease.endpoints.cluster as Endpoint, 'root') })).toContain('RecycleBin')
})

test('bytes are exact, in pieces up to 32 MiB', async () => {
  const made = await client()
  const { fd } = await openVolume(made)
  const data = Buffer.alloc(32 * 2 ** 20)
  for (let index = 0; index < data.length; index += 4) data.writeUInt32LE((index * 2654435761) >>> 0, index)
  expect(await made.write(fd, { offset: 4096, data })).toBe(data.length)
  expect((await made.read(fd, { offset: 4096, length: data.length })).equals(data)).toBe(true)
  await expect(made.read(fd, { offset: 0, length: 2 ** 30 })).rejects.toMatchObject({ class: 'too_large' })
})

test('streams read and write at any offset, and keep what is around', async () => {
  const made = await client()
  const { fd } = await openVolume(made)
  await made.write(fd, { offset: 0, data: Buffer.alloc(16384, 'x') })
  const text = Buffer.from('a text that starts in one block '.repeat(300))
  await writeAligned(made, fd, 4000, text)
  const pieces: Buffer[] = []
  for await (const piece of readAligned(made, fd, { offset: 3990, length: text.length + 20 })) pieces.push(piece)
  expect(Buffer.concat(pieces).toString()).toBe(`xxxxxxxxxx${text}xxxxxxxxxx`)
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  const long = Buffer.alloc(5 * 2 ** 20 + 17, 'abc')
  await writeFile(from, long)
  expect(await writeFileAligned(made, fd, 2 ** 20 + 5, from)).toBe(long.length)
  await readFileAligned(made, fd, { offset: 2 ** 20 + 5, length: long.length }, to)
  expect((await readFile(to)).equals(long)).toBe(true)
})

test('a hang kills the sidecar; the next call runs in another one, initialised again, where old descriptors are refused', async () => {
  const made = await client()
  const { path, fd } = await openVolume(made)
  const { pid } = await made.info()
  await made.standinSwitch({ switch: 'rule', rule: { on: 'Read', path, do: 'block' } })
  const error = await made.read(fd, { offset: 0, length: 4096, deadline: 200 }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'ASSAY_CURVE_HANG',
    class: 'hang',
    message: 'Read(0, 0, 4096) did not return within 0.2 s',
  })
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await made.standinSwitch({ switch: 'clear' })
  expect((await made.info()).pid).not.toBe(pid)
  await expect(made.read(fd, { offset: 0, length: 4096 })).rejects.toMatchObject({ class: 'fd_lost' })
  const again = await made.open(path)
  expect(again).toBe(fd + 1)
  expect((await made.read(again, { offset: 0, length: 4096 })).length).toBe(4096)
})

test('an abort ends the call and the sidecar', async () => {
  const made = await client()
  const { path, fd } = await openVolume(made)
  await made.standinSwitch({ switch: 'rule', rule: { on: 'Write', path, do: 'block' } })
  const stop = new AbortController()
  const call = made.write(fd, { offset: 0, data: Buffer.alloc(4096), signal: stop.signal })
  stop.abort(new Error('the case has ended'))
  await expect(call).rejects.toThrow('the case has ended')
  await made.standinSwitch({ switch: 'clear' })
})

test('a sidecar that dies in a write says by what, and what it had acknowledged is there', async () => {
  const made = await client()
  const { path, fd } = await openVolume(made)
  const data = Buffer.alloc(4096, 'k')
  await made.write(fd, { offset: 0, data })
  await made.standinSwitch({ switch: 'rule', rule: { on: 'Write', path, do: 'crash', when: 'middle', times: 1 } })
  await expect(made.write(fd, { offset: 4096, data })).rejects.toMatchObject({
    ...{ code: 'ASSAY_CURVE_SIDECAR', class: 'sidecar_lost' },
    message: 'the sidecar ended with SIGKILL during Write(0, 4096, 4096)',
  })
  const again = await made.open(path)
  expect((await made.read(again, { offset: 0, length: 4096 })).equals(data)).toBe(true)
})

test('a client that is closed leaves no process', async () => {
  const made = new CurveClient(settings)
  const { pid } = await made.info()
  await made[Symbol.asyncDispose]()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await expect(made.getClusterId()).rejects.toMatchObject({ class: 'client_closed' })
})

test('a conf that is not there gives -2', async () => {
  const made = await client()
  await expect(made.init(join(folder, 'none.conf'))).rejects.toMatchObject({ systemCode: -2, class: 'failed' })
})

test('without Python, module or right machine the message says which', async () => {
  await expect((await client({ python: 'no-such-python' })).info()).rejects.toMatchObject({
    ...{ code: MODULE_ERROR, class: 'no_python' },
    message: 'the interpreter "no-such-python" could not be started: there is no such program',
  })
  const empty = await moduleOf('', { 'curvefs.py': '', other: '' })
  await rm(join(empty, 'curvefs.py'))
  await expect((await client({ pythonPath: empty })).info()).rejects.toMatchObject({
    ...{ code: MODULE_ERROR, class: 'module_missing' },
    message: expect.stringMatching(/has no module curvefs: ModuleNotFoundError: No module named 'curvefs'/),
  })
  const foreign = await moduleOf('import _curvefs', { '_curvefs.so': 'built for another machine' })
  await expect((await client({ pythonPath: foreign })).info()).rejects.toMatchObject({
    ...{ code: MODULE_ERROR, class: 'module_unloadable' },
    message: expect.stringMatching(/cannot load the module curvefs: ImportError: .*(too short|invalid ELF header)/),
  })
})

test('a wrapper is refused for what its probe does, and for nothing else', async () => {
  await expect((await client({ env: { CURVEFS_STANDIN_WRAPPER: 'systemerror' } })).info()).rejects.toMatchObject({
    ...{ code: MODULE_ERROR, class: 'module_unusable' },
    message: expect.stringContaining('Write of no bytes raised SystemError: PY_SSIZE_T_CLEAN'),
  })
  const mixed = await moduleOf(
    'class CBDClient(object):\n  def Write(self, fd, buf, at, n):\n    return 0\n  def Read(self, fd, buf, at, n):\n    return ""\n',
  )
  await expect((await client({ pythonPath: mixed })).info()).rejects.toMatchObject({
    message: expect.stringContaining('Write takes bytes, but Read gives str'),
  })
})

test('a module that prints on stdout does not get between the frames', async () => {
  const standin = dirname(dirname((await (await client()).info()).module))
  const chatty = await moduleOf(
    [
      'import os, sys, importlib.util as util',
      'print("hello from the module"); os.write(1, b"and from C\\n")',
      `spec = util.spec_from_file_location("real", ${JSON.stringify(join(standin, 'curvefs', '__init__.py'))}, submodule_search_locations=[${JSON.stringify(join(standin, 'curvefs'))}])`,
      'real = util.module_from_spec(spec); sys.modules["real"] = real; spec.loader.exec_module(real)',
      'UserInfo_t, FileInfo_t, CreateContext = real.UserInfo_t, real.FileInfo_t, real.CreateContext',
      'class CBDClient(real.CBDClient):',
      '  def Read(self, *given):',
      '    print("reading"); sys.stdout.flush(); os.write(1, b"x" * 10000)',
      '    return real.CBDClient.Read(self, *given)',
    ].join('\n'),
  )
  const made = await client({ pythonPath: chatty })
  const { fd } = await openVolume(made)
  const data = Buffer.alloc(8192, 'q')
  await made.write(fd, { offset: 0, data })
  expect((await made.read(fd, { offset: 0, length: 8192 })).equals(data)).toBe(true)
})

test('with a wrapper of text, bytes that are no UTF-8 are refused before they could be changed', async () => {
  const text = await moduleOf(
    [
      'class UserInfo_t(object): pass',
      'class CBDClient(object):',
      '  def Init(self, conf): return 0',
      '  def UnInit(self): pass',
      '  def Open(self, path, user): return 0',
      '  def Write(self, fd, buf, at, n):',
      '    if not isinstance(buf, str): raise TypeError("str")',
      '    self.data = buf; return n',
      '  def Read(self, fd, buf, at, n): return self.data if n else ""',
    ].join('\n'),
  )
  const made = await client({ pythonPath: text })
  expect((await made.info()).flavour).toBe('str')
  await made.init()
  const fd = await made.open('/v')
  const good = Buffer.alloc(4096, 'é')
  await made.write(fd, { offset: 0, data: good })
  expect((await made.read(fd, { offset: 0, length: 4096 })).equals(good)).toBe(true)
  await expect(made.write(fd, { offset: 0, data: Buffer.alloc(4096, 0xff) })).rejects.toMatchObject({
    ...{ code: 'ASSAY_CURVE_PYTHON', class: 'unicode_decode_error' },
  })
})
