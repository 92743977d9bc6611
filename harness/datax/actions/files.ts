import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { type ActionContext, defineAction } from '../../actions/define-action.ts'
import { AssayError } from '../../errors.ts'
import { jobFolder } from './job-input.ts'

/** A path inside the folder of the case's jobs. */
function inFolder(context: ActionContext, path: string): string {
  const folder = jobFolder(context)
  const full = resolve(folder, path)
  if (relative(folder, full).startsWith('..'))
    throw new AssayError('ASSAY_CASE_TYPE', `"${path}" lies outside the folder of the case's jobs`)
  return full
}

export const putFile = defineAction({
  name: 'datax.put_file',
  about:
    'Writes a file for the jobs of this case: a relative `path` of a job is in the same folder. Gives { path, bytes }.',
  input: z.strictObject({
    path: z.string(),
    text: z.string().optional(),
    hex: z.string().optional().describe('Bytes, where text cannot say it'),
    gzip: z.boolean().optional(),
  }),
  result: z.object({ path: z.string(), bytes: z.number() }),
  examples: ['- datax.put_file: { path: in/city.csv, text: "1,Aachen\\n" }'],
  async run({ path, text, hex, gzip }, context) {
    const full = inFolder(context, path)
    const plain = hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
    const bytes = gzip ? gzipSync(plain) : plain
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, bytes)
    return { path: full, bytes: bytes.length }
  },
})

export const getFiles = defineAction({
  name: 'datax.get_files',
  about:
    'Reads what jobs of this case wrote to a folder: { files, text, lines }, with the texts of all files (gzip unpacked) one after the other, in the order of their names.',
  input: z.strictObject({ path: z.string(), prefix: z.string().optional() }),
  result: z.object({ files: z.number(), names: z.array(z.string()), text: z.string(), lines: z.array(z.string()) }),
  examples: ['- datax.get_files: { path: out, prefix: city }\n  expect: { files: 1, lines: ["1,Aachen"] }'],
  async run({ path, prefix = '' }, context) {
    const folder = inFolder(context, path)
    const names = readdirSync(folder)
      .filter(name => name.startsWith(prefix) && statSync(join(folder, name)).isFile())
      .sort()
    const texts = names.map(name => {
      const bytes = readFileSync(join(folder, name))
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    })
    const text = texts.join('')
    return { files: names.length, names, text, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') }
  },
})
