#!/usr/bin/env node
// In a checkout the source runs as it is; an installed package runs what prepack made of it.
import { existsSync } from 'node:fs'

const source = new URL('../harness/cli/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : new URL('../dist/harness/cli/main.js', import.meta.url).href)
