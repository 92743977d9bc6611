import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compareWithHistory } from '../changes.ts'
import { sampleResult } from '../sample/build.ts'
import { nightlyResult, nightsBefore } from '../sample/night.ts'
import { expandAttempt } from './client/expand.ts'
import { compactAttempt } from './compact.ts'
import { reportHtml } from './page.ts'
import type { PackedDetail, PageSummary } from './payload.ts'

const result = nightlyResult()
const html = [...reportHtml(result, compareWithHistory(result, nightsBefore(result)))].join('')

function block(id: string): unknown {
  const base64 = new RegExp(`id="${id}">([^<]+)<`).exec(html)?.[1] ?? ''
  return JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString('utf8'))
}

test('without its data it is smaller than 150 kB', () => {
  const empty = sampleResult()
  const bytes = [...reportHtml(empty, compareWithHistory(empty, []))].reduce(
    (sum, part) => sum + Buffer.byteLength(part),
    0,
  )
  expect(bytes).toBeLessThan(150_000)
  expect(bytes).toBeGreaterThan(20_000)
})

test('its policy names the style and the scripts that it runs, and no address', () => {
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1]
  const hashes = [...html.matchAll(/<(?:script|style)>([\s\S]*?)<\/(?:script|style)>/g)].map(
    ([, text]) =>
      `'sha256-${createHash('sha256')
        .update(text ?? '')
        .digest('base64')}'`,
  )
  expect(hashes).toHaveLength(3)
  for (const hash of hashes) expect(policy).toContain(hash)
  expect(policy).toContain("default-src 'none'")
  expect(html).not.toMatch(/(src|href)="https?:/)
})

test('texts of the target are only in the data, and escaped where scripts do not run', () => {
  expect(html).not.toContain('<b>hostile</b>')
  expect(html).not.toContain('<script>alert')
  expect(html).toContain('&lt;/script&gt;&lt;b&gt;hostile&lt;/b&gt; text red')
})

test('the data holds every case, and the page puts back what was left out of it', () => {
  const summary = block('summary') as PageSummary
  expect(summary.cases.map(one => one.key)).toEqual(result.cases.map(one => one.key))
  expect(summary.counts.failed).toBe(3)
  expect(summary.groups[0]).toMatchObject({
    title: 'connection_lost: no connection to <host> within # s',
    step: 'read the heartbeat',
  })
  expect(summary.groups[0]?.keys).toEqual(['embedded/RP-HB-001', 'embedded/RP-HB-002'])
  const details = block('details-0') as PackedDetail[]
  expect(details).toHaveLength(result.cases.length)
  expect(details[0]?.replay).toBe('npx assay run --seed 7f3a9c cases/replication/catch-up.case.yaml:14')
})

test('a compact attempt becomes the attempt again, but for what the page does not show', () => {
  const [first] = result.cases
  const attempt = first?.attempts[1]
  if (!first || !attempt) throw new Error('the sample has no second attempt')
  const again = expandAttempt(JSON.parse(JSON.stringify(compactAttempt(attempt, first))), first)
  expect(again.steps[3]).toEqual({ ...JSON.parse(JSON.stringify(attempt.steps[3])), expected: undefined })
  expect(again.steps[1]?.steps[1]).toEqual(JSON.parse(JSON.stringify(attempt.steps[1]?.steps[1])))
  expect({ ...again, steps: [] }).toEqual({ ...JSON.parse(JSON.stringify(attempt)), steps: [] })
})
