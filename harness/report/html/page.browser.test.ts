import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { nightlyResult, nightsBefore } from '../sample/night.ts'
import { writeReports } from '../write.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(path =>
  existsSync(path),
)
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const CASE = '#/case/embedded/RP-CU-001%5Bsignal%3DSIGKILL%5D'

describe.skipIf(!CHROMIUM)(
  `report.html in ${CHROMIUM ?? 'Chromium (skipped: none is installed)'}`,
  { timeout: 30_000 },
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
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
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
      page.setDefaultTimeout(5000)
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
      expect(await texts('h1')).toEqual(['7 new failures, 1 still failing, 1 file without results'])
      expect(await texts('h2')).toEqual([
        'Files without results1',
        'What changed',
        'Failures by cause1',
        'Limits4',
        'All cases23',
        'Skipped, by reason',
        'Environment',
      ])
      expect(await texts('.change h3')).toEqual([
        'New failures7',
        'Still failing1',
        'Fixed1',
        'New flaky1',
        'New skips2',
        'Vanished1',
      ])
      expect(await texts('.change .row-note')).toEqual(['since 2026-11-16 01:00, 5 runs'])
      expect(await page.locator('.tree .row').count()).toBe(23)
      expect(await texts('dd strong')).toEqual(['10.11.14'])
    })

    test('the search narrows as one types, keeps the URL, and goes back', async () => {
      await open()
      await page.keyboard.press('/')
      await page.keyboard.type('s:failed @types')
      expect(await texts('.row-id')).toEqual(['PG-TYP-001'])
      expect(await hash()).toBe('#/?q=s:failed%20@types')
      await page.fill('input', 'zebra')
      expect(await texts('.empty')).toHaveLength(1)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.waitForSelector('.verdict')
      expect(await hash()).toBe('#/')
    })

    test('a deep link opens the attempt and the step', async () => {
      await open(`${CASE}?attempt=2&step=3`)
      expect(await texts('.tab[aria-selected=true]')).toEqual(['Attempt 2\nfailed\n32.4 s'])
      expect(await page.locator('.step.chosen > summary .step-name').allInnerTexts()).toEqual(['write 2,000 rows'])
      expect(await page.locator('#step-3').getAttribute('open')).toBe('')
      await page.click('.tab >> nth=0')
      expect(await texts('.attempt .error .message')).toEqual([
        'mariadb.replication could not be leased: replicas.1 did not answer in 2 s',
      ])
      expect(await hash()).toBe(`${CASE}?attempt=1`)
    })

    test('the page of a failed case shows why', async () => {
      await open(CASE)
      expect(await texts('.line.marked')).toEqual([expect.stringContaining('expect: { differing: 0 }')])
      expect(await texts('.line.caret')).toEqual([expect.stringMatching(/^ +\^ differing was still 3/)])
      expect(await texts('table.rows td.differs')).toEqual(['7287', '7280', '持有人 1042', '7294', 'null', '0'])
      expect(await texts('.log .grave td >> nth=1')).toEqual(['+2.920 s'])
      expect(await texts('.command code')).toEqual([
        'npx assay run cases/replication/catch-up.case.yaml:14 --seed 7f3a9c',
      ])
      expect(await page.locator('.part .fold pre').allTextContents()).toEqual(['Slave_SQL_Running: No\n<i>x</i>'])
      const links = await page
        .locator('.part a')
        .evaluateAll(list => list.map(link => (link as unknown as { href: string }).href))
      expect(links).toContain(new URL('./cases/RP-CU-001%5Bsignal%3DSIGKILL%5D/slaves.txt', url).href)
    })

    test('the keyboard is enough', async () => {
      await open('#/?q=s:errored')
      for (const key of ['j', 'j', 'j', 'k', 'Enter']) await page.keyboard.press(key)
      await page.waitForSelector('article.case')
      expect(await texts('.case-id code')).toEqual(['RP-HB-001'])
      await page.keyboard.press('n')
      await page.waitForFunction(`document.querySelector('.case-id code')?.textContent === 'RP-HB-002'`)
      await page.keyboard.press('e')
      await page.keyboard.press('Escape')
      await page.waitForSelector('h2 >> text=Cases found')
      expect(await hash()).toBe('#/?q=s:errored')
      await page.keyboard.press('?')
      expect(await texts('dialog h2')).toEqual(['Keys'])
    })

    test('what a target wrote stays text', async () => {
      await open('#/case/embedded/RP-TXT-001')
      expect(await texts('h1 > span:last-child')).toEqual([
        '</script><b>hostile</b> text red & "quotes" ]]> \u2400\u2407',
      ])
      expect(await page.locator('main img, main script, main b').count()).toBe(0)
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
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
          await page.keyboard.press('e')
        }
      },
    )

    test('colours follow the system until one chooses, and the choice is kept', async () => {
      await open('', { colorScheme: 'dark' })
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(await background()).toBe('rgb(19, 21, 24)')
      await page.click('button >> text=auto')
      expect(await background()).toBe('rgb(247, 247, 245)')
      await page.reload()
      await page.waitForSelector('html[data-ready]')
      expect(await background()).toBe('rgb(247, 247, 245)')
    })

    test('a case that is not there says so', async () => {
      await open('#/case/embedded/NO-SUCH')
      expect(await texts('h2')).toEqual(['No such case'])
    })
  },
)
