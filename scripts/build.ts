/** `npm run build`, called by prepack: dist/ with JavaScript and declarations, since Node does not strip types under node_modules. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
// pages, styles, sidecars: whatever stands beside the code and is not code of ours to compile
for (const file of globSync('{harness,fixtures}/**/*', { cwd: root, withFileTypes: true })) {
  const path = join(file.parentPath, file.name)
  if (!file.isFile() || /\.ts$|__pycache__|\.pyc$|\/sample\//.test(path)) continue
  cpSync(path, path.replace(root, dist))
}
const main = join(dist, 'harness/cli/main.js')
if (!readFileSync(main, 'utf8').startsWith('#!'))
  writeFileSync(main, `#!/usr/bin/env node\n${readFileSync(main, 'utf8')}`)
chmodSync(main, 0o755)
