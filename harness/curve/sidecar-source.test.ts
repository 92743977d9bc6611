import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findPython } from '../../fixtures/servers/software/python.ts'

/** The oldest interpreter that Curve's wrapper is used with. */
const CHECK = `
import ast, sys
for path in sys.argv[1:]:
    tree = ast.parse(open(path).read(), path, feature_version=(3, 6))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in names:
            print(name.split('.')[0])
`

test('what runs in the sidecar is Python 3.6, and imports nothing beyond the standard library', async () => {
  const files = globSync('**/*.py', { cwd: import.meta.dirname }).map(file => join(import.meta.dirname, file))
  expect(files.length).toBeGreaterThan(5)
  const { stdout } = await promisify(execFile)((await findPython())?.path ?? 'python3', ['-B', '-c', CHECK, ...files])
  const own = ['curvefs', 'io_job', 'blocks', 'figures', 'oracle', 'pace', 'patterns', 'plain', 'verify']
  const standard = [
    'array',
    'bisect',
    'ctypes',
    'itertools',
    'json',
    'mmap',
    'os',
    'random',
    'select',
    'signal',
    'struct',
    'sys',
  ]
  expect([...new Set(stdout.trim().split('\n'))].filter(name => !own.includes(name)).sort()).toEqual(
    [...standard, 'tempfile', 'time', 'zlib'].sort(),
  )
})
