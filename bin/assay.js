#!/usr/bin/env node
// In a checkout the source runs as it is; an installed package runs what prepack made of it.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `assay needs Node 24 or later, and this is ${process.version}: \`npm install node@24\` brings it into the project`,
  )
  process.exit(64)
}

const source = new URL('../harness/cli/main.ts', import.meta.url)
const inCheckout = existsSync(source)
// Stripping types and compiling is most of what starting costs. This file is JavaScript so that nothing is stripped before
if (inCheckout) module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/assay', import.meta.url)))
await import(inCheckout ? source.href : new URL('../dist/harness/cli/main.js', import.meta.url).href)
