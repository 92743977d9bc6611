import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pageStyle } from '../../page/page-source.ts'
import type { Changes } from '../changes.ts'
import type { RunResult } from '../model.ts'
import { plainText } from '../plain-text.ts'
import { headline } from '../summary.ts'
import { isFailing } from '../verdicts.ts'
import { packData } from './pack.ts'
import { pageScript } from './script.ts'

/** Sets the colours before the first paint, so that a dark page does not flash white. */
const THEME_SCRIPT = `try{const t=localStorage.getItem('assay-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`
const WITHOUT_SCRIPT = 300

/**
 * report.html in pieces: one file without a server or a network. Its policy lets only the scripts and the style run that
 * are written here; `evidence` holds texts of evidence files by path, which go into the page; everything that came from a target is data, which the script shows as text.
 */
export function* reportHtml(
  result: RunResult,
  changes: Changes,
  evidence: ReadonlyMap<string, string> = new Map(),
): Generator<string> {
  const style = pageStyle(import.meta.dirname)
  const script = pageScript()
  const { summary, details } = packData(result, changes, evidence)
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(THEME_SCRIPT)} ${hash(script)}; img-src data:; base-uri 'none'; form-action 'none'`
  const slots: Readonly<Record<string, () => Iterable<string>>> = {
    title: () => [escapeHtml(`${headline(result, changes)} · assay ${result.id}`)],
    policy: () => [policy],
    theme: () => [THEME_SCRIPT],
    style: () => [style],
    script: () => [script],
    plain: () => withoutScript(result, changes),
    data: () => [block('summary', summary), ...details.map((text, index) => block(`details-${index}`, text))],
  }
  const parts = readFileSync(join(import.meta.dirname, 'page.html'), 'utf8').split(/\{\{(\w+)\}\}/)
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) yield part
    else yield* slots[part]?.() ?? []
  }
}

function block(id: string, base64: string): string {
  return `<script type="application/octet-stream;base64" id="${id}">${base64}</script>\n`
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** For readers that run no scripts: mail viewers, Jenkins with its default policy. */
function* withoutScript(result: RunResult, changes: Changes): Generator<string> {
  const shown = result.cases.filter(one => isFailing(one.verdict))
  yield `<h1>${escapeHtml(headline(result, changes))}</h1><p>Run ${escapeHtml(result.id)}, seed ${escapeHtml(result.seed)}. This page needs scripts for more; summary.md and junit.xml beside it do not.</p>`
  if (shown.length === 0) return
  yield '<table><thead><tr><th>verdict</th><th>case</th><th>name</th><th>place</th></tr></thead><tbody>'
  for (const one of shown.slice(0, WITHOUT_SCRIPT)) {
    const cells = [
      one.verdict,
      one.cell === undefined ? one.id : `${one.id}[${one.cell}]`,
      one.name,
      `${one.file}:${one.line}`,
    ]
    yield `<tr>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  }
  yield '</tbody></table>'
  if (shown.length > WITHOUT_SCRIPT) yield `<p>… and ${shown.length - WITHOUT_SCRIPT} more.</p>`
}

function escapeHtml(text: string): string {
  return plainText(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
