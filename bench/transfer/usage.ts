/** Loaded into a child with --import: writes what it used of the machine to ASSAY_BENCH_USAGE when it ends. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env.ASSAY_BENCH_USAGE
  if (file) writeFileSync(file, JSON.stringify(process.resourceUsage()))
})
