import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readInlineEvidence } from './inline-evidence.ts'
import type { Verdict } from './model.ts'
import { sampleAttempt, sampleCase, sampleResult } from './sample/build.ts'

test('takes small text files of failing cases, and nothing from outside the run folder', async () => {
  const top = await mkdtemp(join(tmpdir(), 'assay-evidence-'))
  try {
    const folder = join(top, 'run')
    await mkdir(folder)
    await writeFile(join(top, 'outside.txt'), 'outside')
    await writeFile(join(folder, 'small.txt'), '数据\n')
    await writeFile(join(folder, 'large.txt'), 'x'.repeat(70_000))
    await writeFile(join(folder, 'binary.bin'), Buffer.from([0xff, 0xfe, 0x00]))
    const names = ['small.txt', 'large.txt', 'binary.bin', 'gone.txt', '../outside.txt', join(top, 'outside.txt')]
    const evidence = names.map(path => ({ name: path, path, bytes: 1 }))
    const read = (verdict: Verdict) =>
      readInlineEvidence(
        sampleResult({ cases: [sampleCase({ id: 'A', verdict, attempts: [sampleAttempt(verdict, { evidence })] })] }),
        folder,
      )
    expect(await read('failed')).toEqual(new Map([['small.txt', '数据\n']]))
    expect(await read('passed')).toEqual(new Map())
  } finally {
    await rm(top, { recursive: true, force: true })
  }
})
