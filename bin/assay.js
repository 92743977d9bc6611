#!/usr/bin/env node
// In a checkout the source runs as it is; an installed package runs what prepack made of it.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const source = new URL('../harness/cli/main.ts', import.meta.url)
const inCheckout = existsSync(source)
// Stripping types and compiling is most of what starting costs. This file is JavaScript so that nothing is stripped before
if (inCheckout) enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/assay', import.meta.url)))
await import(inCheckout ? source.href : new URL('../dist/harness/cli/main.js', import.meta.url).href)
