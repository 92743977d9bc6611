/** The state of the page, kept in the URL's hash. */
export type Route =
  | { readonly page: 'overview'; readonly query: string }
  /** `attempt` and `step` count from 1; the last attempt and no step where they are absent. */
  | { readonly page: 'case'; readonly key: string; readonly attempt?: number; readonly step?: number }

/** `#/?q=s:failed`, `#/case/embedded/KL-HA-001[signal=SIGKILL]?attempt=2&step=5`. What is not understood is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#/, '').split('?')
  const parameters = new URLSearchParams(rest.join('?'))
  if (path.startsWith('/case/')) {
    const key = path.slice('/case/'.length).split('/').map(decoded).join('/')
    return { page: 'case', key, attempt: positive(parameters.get('attempt')), step: positive(parameters.get('step')) }
  }
  return { page: 'overview', query: parameters.get('q') ?? '' }
}

export function hashOf(route: Route): string {
  if (route.page === 'overview')
    return route.query ? `#/?q=${encodeURIComponent(route.query).replace(/%(3A|40|2C)/g, decodeURIComponent)}` : '#/'
  const key = route.key
    .split('/')
    .map(part => encodeURIComponent(part))
    .join('/')
  const parameters = [route.attempt && `attempt=${route.attempt}`, route.step && `step=${route.step}`].filter(Boolean)
  return `#/case/${key}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function positive(text: string | null): number | undefined {
  const value = Number(text)
  return text !== null && Number.isInteger(value) && value > 0 ? value : undefined
}
