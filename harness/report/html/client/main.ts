import { drawing, h } from '../../../page/element.ts'
import type { PageCase, PageSummary } from '../payload.ts'
import { type CaseChange, foundCases } from './case-list.ts'
import { casePage } from './case-page.ts'
import { loadDetail, loadSummary } from './data.ts'
import { count, runName } from './format.ts'
import { keysDialog, listenToKeys } from './keyboard.ts'
import { overview } from './overview.ts'
import { section } from './pieces.ts'
import { matches, parseQuery, searchable } from './query.ts'
import { hashOf, parseRoute, type Route } from './route.ts'

type Theme = 'light' | 'dark' | undefined

const THEME_KEY = 'assay-theme'

/** Builds the page once the summary is there, and again its main part whenever the hash changes. */
async function start(): Promise<void> {
  const summary = await loadSummary()
  const byKey = new Map(summary.cases.map(one => [one.key, one]))
  const changes = new Map<string, CaseChange>(summary.changes.map(change => [change.key, change]))
  const index = summary.cases.map(one => searchable(one, changes.get(one.key)?.kind))
  const main = byId('main')
  const status = byId('status')
  const search = searchBox(summary)
  let listed: readonly PageCase[] = summary.cases
  let overviewView: HTMLElement | undefined
  let overviewScroll = 0
  let lastList = hashOf({ page: 'overview', query: '' })
  let shown: Route | undefined

  const find = (query: string) => {
    const terms = parseQuery(query)
    return terms.length === 0 ? summary.cases : index.filter(one => matches(one, terms)).map(one => one.case)
  }

  const showList = (query: string) => {
    lastList = hashOf({ page: 'overview', query })
    listed = find(query)
    if (document.activeElement !== search) search.value = query
    if (query.trim() === '') {
      overviewView ??= overview(summary, byKey)
      main.replaceChildren(overviewView)
      status.textContent = ''
    } else {
      main.replaceChildren(
        section('Cases found', `${count(listed.length)} of ${count(summary.cases.length)}`, foundCases(listed)),
      )
      status.textContent = `${count(listed.length)} of ${count(summary.cases.length)} cases`
    }
    document.title = `assay ${summary.run.id}`
  }

  const showCase = async (route: Route & { page: 'case' }) => {
    const one = byKey.get(route.key) ?? summary.cases.find(candidate => candidate.id === route.key)
    if (!one) {
      main.replaceChildren(
        section(
          'No such case',
          undefined,
          h('p', {}, 'This run has no case ', h('code', {}, route.key), '. ', h('a', { href: '#/' }, 'All cases')),
        ),
      )
      return
    }
    const detail = await loadDetail(one)
    if (hashOf(parseRoute(location.hash)) !== hashOf(route)) return
    const onRoute = (attempt: number, step: number | undefined) => {
      const next = { page: 'case', key: one.key, attempt: one.attempts > 1 ? attempt : undefined, step } as const
      shown = next
      history.replaceState(null, '', hashOf(next))
    }
    const view = casePage({
      one,
      detail,
      change: changes.get(one.key),
      attempt: route.attempt,
      step: route.step,
      back: lastList,
      onRoute,
    })
    main.replaceChildren(view)
    document.title = `${one.id} · assay ${runName(summary.run.id)}`
    if (route.step === undefined) scrollTo(0, 0)
    else document.getElementById(`step-${route.step}`)?.scrollIntoView({ block: 'center' })
  }

  const render = async () => {
    const route = parseRoute(location.hash)
    if (shown && hashOf(shown) === hashOf(route)) return
    if (shown?.page === 'overview' && shown.query === '') overviewScroll = scrollY
    const cameFromCase = shown?.page === 'case'
    shown = route
    if (route.page === 'case') return showCase(route)
    showList(route.query)
    scrollTo(0, cameFromCase && route.query === '' ? overviewScroll : 0)
  }

  search.addEventListener('input', () => {
    const route = { page: 'overview', query: search.value } as const
    history.replaceState(null, '', hashOf(route))
    shown = route
    showList(search.value)
  })
  addEventListener('hashchange', () => guarded(render))
  listenToKeys({
    search: () => {
      scrollTo(0, 0)
      search.focus()
      search.select()
    },
    back: () => {
      if (document.activeElement === search) search.blur()
      else location.hash = shown?.page === 'case' ? lastList : '#/'
    },
    neighbour: direction => {
      const key = shown?.page === 'case' ? shown.key : undefined
      const at = listed.findIndex(one => one.key === key || one.id === key)
      const next = listed[at < 0 ? 0 : at + direction]
      if (next) location.hash = hashOf({ page: 'case', key: next.key })
    },
  })
  byId('bar').append(
    h(
      'a.brand',
      { href: '#/', title: 'all cases' },
      h('span.mark', {}, 'assay'),
      h('span.run-name', {}, runName(summary.run.id)),
    ),
    h(
      'label.search',
      {},
      h('span.unseen', {}, 'search cases'),
      drawing('M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500L14 14'),
      search,
    ),
    themeButton(),
    h('button.quiet.keys-button', { type: 'button', title: 'keys', 'aria-label': 'keys', onclick: keysDialog }, '?'),
  )
  await render()
  document.documentElement.dataset.ready = 'true'
}

function searchBox({ cases }: PageSummary): HTMLInputElement {
  return h('input', {
    type: 'search',
    placeholder: `Search ${count(cases.length)} cases: s:failed @tag owner:x`,
    autocomplete: 'off',
    spellcheck: 'false',
    enterkeyhint: 'search',
  })
}

/** Light, dark, or what the system says, in turn. */
function themeButton(): HTMLElement {
  const root = document.documentElement
  const word = h('span')
  const name = () => {
    word.textContent = root.dataset.theme ?? 'auto'
  }
  const next = () => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    const order: Theme[] = dark ? [undefined, 'light', 'dark'] : [undefined, 'dark', 'light']
    const theme = order[(order.indexOf(root.dataset.theme as Theme) + 1) % order.length]
    if (theme) root.dataset.theme = theme
    else delete root.dataset.theme
    keepTheme(theme)
    name()
  }
  name()
  return h(
    'button.quiet',
    { type: 'button', title: 'colours: as the system, light, dark', onclick: next },
    drawing('M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 5h4M8 8h6M8 11h4'),
    word,
  )
}

/** Storage may be refused on file://; the choice then lasts as long as the page. */
function keepTheme(theme: Theme): void {
  try {
    if (theme) localStorage.setItem(THEME_KEY, theme)
    else localStorage.removeItem(THEME_KEY)
  } catch {}
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no element ${id}.`)
  return element
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const message =
      typeof DecompressionStream === 'undefined'
        ? 'This browser is too old for the report (no DecompressionStream).'
        : String(error)
    byId('main').replaceChildren(
      section(
        'The report could not be shown',
        undefined,
        h('p', {}, message),
        h('p', {}, 'summary.md and junit.xml beside it hold the same results.'),
      ),
    )
  }
}

guarded(start)
