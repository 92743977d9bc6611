import { expect, test } from 'vitest'
import { compareWithHistory } from './changes.ts'
import { sampleCase, sampleResult } from './sample/build.ts'
import { manyCases } from './sample/many.ts'
import { nightlyResult, nightsBefore } from './sample/night.ts'
import { sourceUrl } from './source-url.ts'
import { headline, summaryMarkdown } from './summary.ts'

test('the whole summary of a night', async () => {
  const result = nightlyResult()
  const changes = compareWithHistory(result, nightsBefore(result))
  await expect(summaryMarkdown(result, changes)).toMatchFileSnapshot('./sample/night.summary.md')
})

test('without earlier runs the headline names the verdicts', () => {
  const result = nightlyResult()
  expect(headline(result, compareWithHistory(result, []))).toBe(
    '1 file without results, 3 failed, 1 limit broken, 1 undecided, 2 errored, 1 blocked, 1 unexpected pass, 1 known failure, 1 flaky, 2 skipped, 10 passed',
  )
})

test('a run of nothing says so', () => {
  const result = sampleResult()
  expect(headline(result, compareWithHistory(result, []))).toBe('no case ran')
})

test('stays short however many cases failed', () => {
  const result = manyCases({ cases: 5000, steps: 3 })
  const text = summaryMarkdown(result, compareWithHistory(result, []))
  expect(text.length).toBeLessThan(20_000)
  expect(text).toContain('… and 27 more in report.html')
})

test('texts cannot leave their line or become markup', () => {
  const one = sampleCase({ id: 'A-1', verdict: 'failed', name: 'a\n# b <script>`x`</script> [l](http://x)' })
  const result = sampleResult({ cases: [one] })
  expect(summaryMarkdown(result, compareWithHistory(result, []))).toContain(
    'a \\# b &lt;script&gt;\\`x\\`&lt;/script&gt; \\[l\\](http://x)',
  )
})

test('links lead to the commit on GitHub and GitLab, else to the file', () => {
  const github = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'a/b', GITHUB_SHA: 'c0' }
  expect(sourceUrl(github, '../..')).toBe('https://github.com/a/b/blob/c0/')
  expect(sourceUrl({ CI_PROJECT_URL: 'https://gl/a', CI_COMMIT_SHA: 'c0' }, '../..')).toBe('https://gl/a/-/blob/c0/')
  expect(sourceUrl({}, '../..')).toBe('../../')
})
