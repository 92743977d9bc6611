import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../log/secret.ts'
import { CHROMIUM, launchChromium } from '../../../page/testing.ts'
import { connect } from '../../../sql/connect.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseForTest } from '../../../targets/testing.ts'
import { type Platform, servePlatform } from '../serve.ts'

/** The page draws when the server has answered. */
const SOON = { timeout: 60_000, interval: 20 }

const job = (options: { readonly count: number; readonly print?: boolean; readonly value?: string }) => ({
  job: {
    setting: { speed: { channel: 1 }, errorLimit: { record: 0 } },
    content: [
      {
        reader: {
          name: 'streamreader',
          parameter: { sliceRecordCount: options.count, column: [{ value: options.value ?? 'x' }] },
        },
        writer: { name: 'streamwriter', parameter: { print: options.print ?? false } },
      },
    ],
  },
})

describe.skipIf(!CHROMIUM)(
  `the platform's page in ${CHROMIUM ?? 'Chromium (skipped: none is installed)'}`,
  { timeout: 240_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-platform-page-'))
    let browser: Browser
    let page: Page
    let platform: Platform
    let served = 0
    let complaints: string[]

    beforeAll(async () => {
      browser = await launchChromium()
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      rmSync(folder, { recursive: true, force: true })
    })
    afterEach(async () => {
      await page.close()
      await platform[Symbol.asyncDispose]()
      expect(complaints).toEqual([])
    })

    /** A platform of its own for each test, and the page on it. */
    async function serve(options: { readonly token?: Secret; readonly port?: number } = {}) {
      platform = await servePlatform({ folder: join(folder, String(++served)), ...options })
      return platform
    }

    async function open(hash = '', options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
      const { width = 1280, colorScheme = 'light' } = options
      page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      page.setDefaultTimeout(60_000)
      complaints = []
      page.on('console', message => {
        // what the interface refuses is shown in the page; the browser notes it, too
        if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text())
      })
      page.on('pageerror', error => complaints.push(String(error)))
      page.on('dialog', dialog => {
        complaints.push(`dialog: ${dialog.message()}`)
        return dialog.dismiss()
      })
      const { url } = platform
      page.on('request', request => request.url().startsWith(url) || complaints.push(`request: ${request.url()}`))
      await page.goto(`${url}/${hash}`)
      await page.waitForSelector('main[data-ready]')
    }

    const texts = (selector: string) => page.locator(selector).allInnerTexts()
    const hash = () => page.evaluate('location.hash')
    const shows = (selector: string, wanted: unknown) => expect.poll(() => texts(selector), SOON).toEqual(wanted)

    async function post(path: string, body: unknown): Promise<unknown> {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(platform.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      const json = (await answer.json()) as { readonly data: unknown }
      expect(answer.ok, JSON.stringify(json)).toBe(true)
      return json.data
    }

    test('a config is begun from a template, checked as one writes, saved, run, and its log is there', async () => {
      await serve()
      await open()
      await shows('.empty-title', ['Nothing has been run yet.'])
      await page.click('nav >> text=Configs')
      await page.click('a >> text=New config')
      await shows('.findings .fine', ['Nothing to find fault with.'])
      await page.fill('#field-config_name', 'hello')
      const text = await page.inputValue('#content')
      await page.fill('#content', text.replace('"errorLimit"', '"errorLimits"'))
      await shows('.finding .message code', ['DATAX_NO_ERROR_LIMIT', 'DATAX_UNKNOWN_KEY'])
      await expect
        .poll(() => texts('.finding'), SOON)
        .toContainEqual(expect.stringContaining('did you mean "errorLimit"?'))
      await page.click('button >> text=Save')
      await shows('.error code', ['invalid_job'])
      await page.fill('#content', text)
      await page.click('button >> text=Save')
      await shows('h1', ['hello'])
      await page.click('button >> text=Run')
      await shows('h1 .badge', ['succeeded'])
      await shows('.outcome', ['10 records written'])
      await expect
        .poll(() => page.locator('.log').innerText(), SOON)
        .toMatch(/10\thello，你好，世界-DataX[\s\S]*读出记录总数/)
      await page.click('nav >> text=Runs')
      await shows('tbody .name', ['1 hello'])
    })

    test('a datasource: wrong fields are told beside them, ping and columns answer from a real server', async () => {
      await using lease = await leaseForTest('postgres.pair')
      const endpoint = lease.endpoints.source as Endpoint
      await using session = await connect(endpoint)
      await session.query('create table city (id int, city_name varchar(20))')
      await serve()
      await open('#/datasource/new')
      await page.selectOption('#field-db_type', 'postgresql')
      await expect.poll(() => page.inputValue('#field-port'), SOON).toBe('5432')
      await page.fill('#field-port', '70000')
      await page.click('button >> text=Save')
      await expect.poll(() => texts('.told:not(:empty)'), SOON).toContain('must be an integer from 1 to 65535')
      await expect.poll(() => page.getAttribute('#field-port', 'aria-invalid'), SOON).toBe('true')
      for (const [name, value] of [
        ['source_name', 'the source'],
        ['host', endpoint.host],
        ['port', String(endpoint.port)],
        ['db_name', endpoint.database as string],
        ['username', endpoint.user],
        ['password', 'wrong'],
      ])
        await page.fill(`#field-${name}`, value as string)
      await page.click('button >> text=Ping')
      await shows('.error code', ['refused'])
      await page.fill('#field-password', endpoint.password.reveal())
      await page.click('button >> text=Ping')
      await expect.poll(() => texts('form .fine'), SOON).toEqual([expect.stringMatching(/^It answers, in/)])
      await page.click('button >> text=Save')
      await shows('h1', ['the source'])
      await expect.poll(() => page.inputValue('#field-password'), SOON).toBe('')
      await page.click('button >> text=Ping')
      await expect.poll(() => texts('form .fine'), SOON).toEqual([expect.stringMatching(/^It answers, in/)])
      await page.fill('#table-name', 'city')
      await page.click('button >> text=Show columns')
      await shows('tbody td code', ['id', 'city_name'])
      await page.fill('#table-name', 'town')
      await page.click('button >> text=Show columns')
      await shows('.error code', ['no_table'])
      await page.click('button >> text=Delete')
      await page.click('dialog button >> text=Delete')
      await shows('.empty-title', ['No datasource yet.'])
    })

    test('a password is shown as ***, and saving what is shown keeps it', async () => {
      await serve()
      const end = (name: string, url: unknown) => ({
        name,
        parameter: {
          ...{ username: 'root', password: 'geheim', column: ['id'] },
          connection: [{ table: ['t'], jdbcUrl: url }],
        },
      })
      const content = [
        {
          reader: end('mysqlreader', ['jdbc:mysql://h:1/d']),
          writer: end('postgresqlwriter', 'jdbc:postgresql://h:1/d'),
        },
      ]
      await post('/api/config/save', {
        config_name: 'secret',
        content: { job: { setting: { speed: { channel: 1 } }, content } },
      })
      await open('#/config/1')
      await expect.poll(() => page.inputValue('#content'), SOON).toContain('"password": "***"')
      const text = await page.inputValue('#content')
      expect(text).not.toContain('geheim')
      await page.fill('#content', text.replace('"channel": 1', '"channel": 2'))
      await shows('.changed:not([hidden])', ['not saved'])
      await page.click('button >> text=Save changes')
      await shows('.note', ['Config secret is saved.'])
      const stored = readFileSync(join(folder, String(served), 'configs', '1.json'), 'utf8')
      expect(stored).toContain('"channel": 2')
      expect(stored.split('"geheim"')).toHaveLength(3)
    })

    test('a run counts as it goes, and cancel stops it', async () => {
      await serve()
      await post('/api/config/save', { config_name: 'endless', content: job({ count: 100_000_000_000 }) })
      await open('#/config/1')
      await page.click('button >> text=Run')
      await shows('h1 .badge', ['running'])
      const records = async () => Number((await texts('.tiles dd'))[0]?.replaceAll(',', ''))
      await expect.poll(records, SOON).toBeGreaterThan(0)
      const before = await records()
      await expect.poll(records, SOON).toBeGreaterThan(before)
      await page.click('button >> text=Cancel')
      await shows('h1 .badge', ['canceled'])
      await expect.poll(() => page.isVisible('button >> text=Cancel'), SOON).toBe(false)
      await page.click('nav >> text=Runs')
      await shows('tbody .badge', ['canceled'])
    })

    test('every row is on one page of a list, and on one only', async () => {
      await serve()
      for (let number = 1; number <= 23; number++)
        await post('/api/config/save', { config_name: `config-${number}`, content: job({ count: 1 }) })
      await open('#/configs')
      const seen: string[] = []
      for (const [index, size] of [10, 10, 3].entries()) {
        await shows('.pager span:not(.button)', [`Page ${index + 1} of 3`])
        await expect.poll(() => page.locator('tbody tr').count(), SOON).toBe(size)
        seen.push(...(await texts('tbody .name')))
        if (index < 2) await page.click('.pager >> text=Older')
      }
      expect(seen).toEqual(Array.from({ length: 23 }, (_, index) => `config-${23 - index}`))
    })

    test('what was written and not saved is there again', async () => {
      await serve()
      await post('/api/config/save', { config_name: 'one', content: job({ count: 1 }) })
      await open('#/config/1')
      const text = await page.inputValue('#content')
      await page.fill('#content', `${text}\n// a thought`)
      await page.click('button >> text=Run')
      await shows('.error code', ['not_saved'])
      await page.click('nav >> text=Datasources')
      await shows('h1', ['Datasources'])
      await page.click('nav >> text=Configs')
      await page.click('tbody .name')
      await expect.poll(() => page.inputValue('#content'), SOON).toContain('// a thought')
      await shows('.changed:not([hidden])', ['not saved'])
      await page.fill('#content', text)
      await expect.poll(() => page.locator('.changed:not([hidden])').count(), SOON).toBe(0)
    })

    test('a server with a token asks for it, and a wrong one is told', async () => {
      await serve({ token: new Secret('let-me-in') })
      await open('#/configs')
      await shows('h1', ['This server needs a token'])
      await page.fill('#token', 'a guess')
      await page.keyboard.press('Enter')
      await shows('.token .error', ['That is not the token.'])
      await page.fill('#token', 'let-me-in')
      await page.keyboard.press('Enter')
      await shows('h1', ['Configs'])
      await shows('.empty-title', ['No config yet.'])
    })

    test('what comes from outside stays text', async () => {
      await serve()
      const hostile = '</pre><script>alert(1)</script><img src=x onerror=alert(2)>'
      await post('/api/datasource/save', {
        ...{
          source_name: hostile,
          description: hostile,
          host: 'h',
          port: 1,
          user: hostile,
          password: 'p',
          database: hostile,
        },
        ...{ db_type: 'mysql', project_name: hostile, uid: hostile },
      })
      const save = {
        config_name: 'hostile',
        content: job({ count: 2, print: true, value: hostile }),
        project_name: hostile,
      }
      await post('/api/config/save', save)
      await post('/api/config/exec', { id: 1 })
      await open('#/datasources')
      await shows('tbody .name', [hostile])
      for (const place of ['#/datasource/1', '#/configs', '#/config/1', '#/run/1', '#/runs?status=%3Cimg%3E']) {
        await page.evaluate(`location.hash = ${JSON.stringify(place)}`)
        await expect.poll(() => page.locator('main').innerText(), SOON).toMatch(/hostile|alert|invalid/)
        expect(await page.locator('main img, main script').count()).toBe(0)
      }
      await page.evaluate('location.hash = "#/run/1"')
      await expect.poll(() => page.locator('.log').innerText(), SOON).toContain(hostile)
    })

    test('a long log shows its end, and what came before on demand', async () => {
      await serve()
      await post('/api/config/save', {
        config_name: 'long',
        content: job({ count: 2_000, print: true, value: '一行'.repeat(40) }),
      })
      await post('/api/config/exec', { id: 1 })
      await open('#/run/1')
      await shows('h1 .badge', ['succeeded'])
      await page.reload()
      await expect.poll(() => page.locator('.log').innerText(), SOON).toContain('completed successfully')
      const lines = () => page.evaluate(`document.querySelector('.log').textContent.split('一行\\n').length - 1`)
      await expect.poll(lines, SOON).toBeLessThan(2_000)
      await page.click('button >> text=Earlier lines')
      // the two pieces meet without a line lost or doubled
      await expect.poll(lines, SOON).toBe(2_000)
      await expect.poll(() => page.isVisible('button >> text=Earlier lines'), SOON).toBe(false)
    })

    test.each([
      [360, 'light'],
      [360, 'dark'],
      [1280, 'light'],
    ] as const)('nothing is wider than a screen of %i pixels, %s', async (width, colorScheme) => {
      await serve()
      const long = 'x'.repeat(180)
      await post('/api/datasource/save', {
        ...{ source_name: long, host: long, port: 1, user: long, password: 'p', database: long, db_type: 'mysql' },
        ...{ project_name: long, uid: long },
      })
      const config = { config_name: 'y'.repeat(100), content: job({ count: 3, print: true, value: long }) }
      await post('/api/config/save', { ...config, project_name: long, uid: long })
      await post('/api/config/exec', { id: 1 })
      await open('', { width, colorScheme })
      for (const place of [
        'runs',
        'run/1',
        'configs',
        'config/1',
        'config/new',
        'datasources',
        'datasource/1',
        'nowhere',
      ]) {
        await page.evaluate(`location.hash = '#/${place}'`)
        await expect.poll(() => page.locator('main > *').count(), SOON).toBe(1)
        await expect.poll(() => page.evaluate('document.documentElement.scrollWidth'), SOON).toBeLessThanOrEqual(width)
      }
    })

    test('colours follow the system until one chooses, and the choice is kept', async () => {
      await serve()
      await open('', { colorScheme: 'dark' })
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      await expect.poll(background, SOON).toBe('rgb(19, 21, 24)')
      await page.click('button >> text=auto')
      await expect.poll(background, SOON).toBe('rgb(247, 247, 245)')
      await page.reload()
      await expect.poll(background, SOON).toBe('rgb(247, 247, 245)')
    })

    test('a server that goes is told, and one that comes back is found again', async () => {
      const { port } = await serve()
      await post('/api/config/save', { config_name: 'one', content: job({ count: 1 }) })
      await open('#/runs')
      await shows('.empty-title', ['Nothing has been run yet.'])
      await platform[Symbol.asyncDispose]()
      await expect.poll(() => page.isVisible('.offline'), SOON).toBe(true)
      served--
      await serve({ port })
      await post('/api/config/exec', { id: 1 })
      await shows('tbody .name', ['1 one'])
      await expect.poll(() => page.isVisible('.offline'), SOON).toBe(false)
      expect(await hash()).toBe('#/runs')
    })

    test('an address that is none, and a run that is none, say so', async () => {
      await serve()
      await open('#/nowhere')
      await shows('.empty-title', ['There is no such page.'])
      await page.evaluate(`location.hash = '#/run/99'`)
      await shows('.error code', ['not_found'])
    })
  },
)
