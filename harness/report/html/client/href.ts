/** A link that a case names, where it goes to http(s) or to a place in the page; undefined for every other scheme. */
export function safeHref(target: string): string | undefined {
  return /^(https?:\/\/|#)/i.test(target) ? target : undefined
}

/** The address of a file of the run folder: every part escaped, so that it can be neither a scheme nor a query. */
export function fileHref(path: string): string {
  return `./${path
    .split('/')
    .filter(part => part !== '' && part !== '.' && part !== '..')
    .map(encodeURIComponent)
    .join('/')}`
}
