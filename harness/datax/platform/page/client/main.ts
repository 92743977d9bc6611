import { h } from '../../../../page/element.ts'
import { listen } from './api.ts'
import { configList } from './config-list.ts'
import { configPage } from './config-page.ts'
import { datasourceList } from './datasource-list.ts'
import { datasourcePage } from './datasource-page.ts'
import { empty, errorBox } from './pieces.ts'
import { hashOf, parseRoute, type Route } from './route.ts'
import { runList } from './run-list.ts'
import { runPage } from './run-page.ts'
import { applyTheme, themeButton } from './theme.ts'
import { tokenForm } from './token-form.ts'

type View = (route: Route, signal: AbortSignal) => Promise<HTMLElement>

const VIEWS: Readonly<Record<Route['view'], View>> = {
  runs: runList,
  run: runPage,
  configs: configList,
  config: configPage,
  datasources: datasourceList,
  datasource: datasourcePage,
  missing: async () => empty('There is no such page.', h('p', {}, h('a', { href: hashOf('runs') }, 'Runs'))),
}
const SECTIONS = [
  ['runs', 'Runs', 'run'],
  ['configs', 'Configs', 'config'],
  ['datasources', 'Datasources', 'datasource'],
] as const

const main = document.getElementById('main') as HTMLElement
const offline = h('div.offline', { role: 'alert', hidden: true }, 'The server does not answer. Trying again …')
let leave = new AbortController()
let refused = 0

/** Draws the view of the address; what it was reading before is let go. */
async function show(): Promise<void> {
  leave.abort()
  leave = new AbortController()
  const { signal } = leave
  const route = parseRoute(location.hash)
  for (const [link, names] of links)
    if (names.includes(route.view)) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  document.title = `${SECTIONS.find(([, , single]) => single === route.view)?.[1] ?? SECTIONS.find(([list]) => list === route.view)?.[1] ?? 'Data sync'} · assay`
  try {
    const view = await VIEWS[route.view](route, signal)
    if (signal.aborted) return
    refused = 0
    main.replaceChildren(view)
  } catch (error) {
    if (signal.aborted) return
    main.replaceChildren(errorBox(error))
  }
  main.toggleAttribute('data-ready', true)
}

const links = SECTIONS.map(
  ([list, title, single]) => [h('a', { href: hashOf(list) }, title), [list, single] as readonly string[]] as const,
)
applyTheme()
document.getElementById('bar')?.append(
  h('a.brand', { href: hashOf('runs') }, h('span.mark', {}, 'assay'), h('span.muted', {}, 'data sync')),
  h(
    'nav.sections',
    { 'aria-label': 'Sections' },
    links.map(([link]) => link),
  ),
  themeButton(),
)
document.getElementById('bar')?.after(offline)
listen({
  noToken() {
    leave.abort()
    main.replaceChildren(tokenForm(() => void show(), refused++ > 0))
    main.toggleAttribute('data-ready', true)
  },
  online(yes) {
    offline.hidden = yes
  },
})
window.addEventListener('hashchange', () => {
  window.scrollTo(0, 0)
  void show()
})
void show()
