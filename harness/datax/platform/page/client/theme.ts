import { drawing, h } from '../../../../page/element.ts'

const KEY = 'assay-theme'
const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const kept = (): Theme => THEMES.find(one => one === localStorage.getItem(KEY)) ?? 'auto'

/** Colours follow the system until one chooses. */
export function applyTheme(theme: Theme = kept()): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function themeButton(): HTMLElement {
  const button = h('button.quiet', { type: 'button' })
  const show = (): void => {
    button.replaceChildren(drawing('M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M11 3.5v9M13.4 6v4'), kept())
    button.setAttribute('aria-label', `Colours: ${kept()}`)
    button.title = 'Colours: as the system, light, dark'
  }
  button.addEventListener('click', () => {
    localStorage.setItem(KEY, THEMES[(THEMES.indexOf(kept()) + 1) % THEMES.length] as Theme)
    applyTheme()
    show()
  })
  show()
  return button
}
