import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, launchChromium } from '../../page/testing.ts'
import { nightlyResult, nightsBefore } from '../sample/night.ts'
import { writeReports } from '../write.ts'

/** The page draws after the event that changed it, and `content-visibility` renders a row later still. */
const SOON = { timeout: 10_000, interval: 20 }
const CASE = '#/case/embedded/RP-CU-001%5Bsignal%3DSIGKILL%5D'

describe.skipIf(!CHROMIUM)(
  `report.html in ${CHROMIUM ?? 'Chromium (skipped: none is installed)'}`,
  { timeout: 60_000 },
  () => {
    let folder: string
    let url: string
    let browser: Browser
    let page: Page
    let complaints: string[]

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'assay-page-'))
      const result = nightlyResult()
      await mkdir(join(folder, 'run', 'cases', 'RP-CU-001[signal=SIGKILL]'), { recursive: true })
      await writeFile(
        join(folder, 'run', 'cases', 'RP-CU-001[signal=SIGKILL]', 'slaves.txt'),
        'Slave_SQL_Running: No\n<i>x</i>',
      )
      await writeReports({ result, folder: join(folder, 'run'), previous: nightsBefore(result) })
      url = pathToFileURL(join(folder, 'run', 'report.html')).href
      browser = await launchChromium()
    }, 30_000)
    afterAll(async () => {
      await browser?.close()
      await rm(folder, { recursive: true, force: true })
    })
    afterEach(async () => {
      await page.close()
      expect(complaints).toEqual([])
    })

    async function open(hash = '', options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
      const { width = 1280, colorScheme = 'light' } = options
      page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      page.setDefaultTimeout(20_000)
      complaints = []
      page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
      page.on('pageerror', error => complaints.push(String(error)))
      page.on('dialog', dialog => {
        complaints.push(`dialog: ${dialog.message()}`)
        return dialog.dismiss()
      })
      page.on('request', request => request.url().startsWith('file:') || complaints.push(`request: ${request.url()}`))
      await page.goto(url + hash)
      await page.waitForSelector('html[data-ready]')
    }

    const texts = (selector: string) => page.locator(selector).allInnerTexts()
    const hash = () => page.evaluate('location.hash')

    test('the overview says what is new first', async () => {
      await open()
      await expect.poll(() => texts('h1'), SOON).toEqual(['7 new failures, 1 still failing, 1 file without results'])
      await expect
        .poll(() => texts('h2'), SOON)
        .toEqual([
          'Files without results1',
          'What changed',
          'Failures by cause1',
          'Limits4',
          'All cases23',
          'Skipped, by reason',
          'Environment',
        ])
      await expect
        .poll(() => texts('.change h3'), SOON)
        .toEqual(['New failures7', 'Still failing1', 'Fixed1', 'New flaky1', 'New skips2', 'Vanished1'])
      await expect.poll(() => texts('.change .row-note'), SOON).toEqual(['since 2026-11-16 01:00, 5 runs'])
      await expect.poll(() => page.locator('.tree .row').count(), SOON).toBe(23)
      await expect.poll(() => texts('dd strong'), SOON).toEqual(['10.11.14'])
    })

    test('the search narrows as one types, keeps the URL, and goes back', async () => {
      await open()
      await page.keyboard.press('/')
      await page.keyboard.type('s:failed @types')
      await expect.poll(() => texts('.row-id'), SOON).toEqual(['PG-TYP-001'])
      await expect.poll(() => hash(), SOON).toBe('#/?q=s:failed%20@types')
      await page.fill('input', 'zebra')
      await expect.poll(() => texts('.empty'), SOON).toHaveLength(1)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.waitForSelector('.verdict')
      await expect.poll(() => hash(), SOON).toBe('#/')
    })

    test('a deep link opens the attempt and the step', async () => {
      await open(`${CASE}?attempt=2&step=3`)
      await expect.poll(() => texts('.tab[aria-selected=true]'), SOON).toEqual(['Attempt 2\nfailed\n32.4 s'])
      await expect
        .poll(() => page.locator('.step.chosen > summary .step-name').allInnerTexts(), SOON)
        .toEqual(['write 2,000 rows'])
      await expect.poll(() => page.locator('#step-3').getAttribute('open'), SOON).toBe('')
      await page.click('.tab >> nth=0')
      await expect
        .poll(() => texts('.attempt .error .message'), SOON)
        .toEqual(['mariadb.replication could not be leased: replicas.1 did not answer in 2 s'])
      await expect.poll(() => hash(), SOON).toBe(`${CASE}?attempt=1`)
    })

    test('the page of a failed case shows why', async () => {
      await open(CASE)
      await expect
        .poll(() => texts('.line.marked'), SOON)
        .toEqual([expect.stringContaining('expect: { differing: 0 }')])
      await expect
        .poll(() => texts('.line.caret'), SOON)
        .toEqual([expect.stringMatching(/^ +\^ differing was still 3/)])
      await expect
        .poll(() => texts('table.rows td.differs'), SOON)
        .toEqual(['7287', '7280', '持有人 1042', '7294', 'null', '0'])
      await expect.poll(() => texts('.log .grave td >> nth=1'), SOON).toEqual(['+2.920 s'])
      await expect
        .poll(() => texts('.command code'), SOON)
        .toEqual(['npx assay run --seed 7f3a9c cases/replication/catch-up.case.yaml:14'])
      await expect
        .poll(() => page.locator('.part .fold pre').allTextContents(), SOON)
        .toEqual(['Slave_SQL_Running: No\n<i>x</i>'])
      const links = await page
        .locator('.part a')
        .evaluateAll(list => list.map(link => (link as unknown as { href: string }).href))
      expect(links).toContain(new URL('./cases/RP-CU-001%5Bsignal%3DSIGKILL%5D/slaves.txt', url).href)
    })

    test('the keyboard is enough', async () => {
      await open('#/?q=s:errored')
      for (const key of ['j', 'j', 'j', 'k', 'Enter']) await page.keyboard.press(key)
      await page.waitForSelector('article.case')
      await expect.poll(() => texts('.case-id code'), SOON).toEqual(['RP-HB-001'])
      await page.keyboard.press('n')
      await page.waitForFunction(`document.querySelector('.case-id code')?.textContent === 'RP-HB-002'`)
      await page.keyboard.press('e')
      await page.keyboard.press('Escape')
      await page.waitForSelector('h2 >> text=Cases found')
      await expect.poll(() => hash(), SOON).toBe('#/?q=s:errored')
      await page.keyboard.press('?')
      await expect.poll(() => texts('dialog h2'), SOON).toEqual(['Keys'])
    })

    test('what a target wrote stays text', async () => {
      await open('#/case/embedded/RP-TXT-001')
      await expect
        .poll(() => texts('h1 > span:last-child'), SOON)
        .toEqual(['</script><b>hostile</b> text red & "quotes" ]]> \u2400\u2407'])
      await expect.poll(() => page.locator('main img, main script, main b').count(), SOON).toBe(0)
      await page.keyboard.press('e')
      await page.click('button >> text=Show all')
      expect((await texts('pre')).join('').length).toBeGreaterThan(30_000)
      const links = await page
        .locator('main a')
        .evaluateAll(list => list.map(link => (link as unknown as { href: string }).href))
      expect(links.filter(link => !link.startsWith('file:'))).toEqual([])
    })

    test.each(['', '#/?q=s:bad', CASE, '#/case/embedded/RP-TXT-001', '#/case/embedded/RP-FL-001'])(
      'fits a phone of 360 pixels: %s',
      async place => {
        await open(place, { width: 360, colorScheme: 'dark' })
        for (let press = 0; press < 2; press++) {
          await expect.poll(() => page.evaluate('document.documentElement.scrollWidth'), SOON).toBeLessThanOrEqual(360)
          await page.keyboard.press('e')
        }
      },
    )

    test('colours follow the system until one chooses, and the choice is kept', async () => {
      await open('', { colorScheme: 'dark' })
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      await expect.poll(() => background(), SOON).toBe('rgb(19, 21, 24)')
      await page.click('button >> text=auto')
      await expect.poll(() => background(), SOON).toBe('rgb(247, 247, 245)')
      await page.reload()
      await page.waitForSelector('html[data-ready]')
      await expect.poll(() => background(), SOON).toBe('rgb(247, 247, 245)')
    })

    test('a case that is not there says so', async () => {
      await open('#/case/embedded/NO-SUCH')
      await expect.poll(() => texts('h2'), SOON).toEqual(['No such case'])
    })
  },
)
