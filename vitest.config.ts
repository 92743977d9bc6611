import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { assayVitest } from './harness/vitest/index.ts'

const assay = await assayVitest()

export default defineConfig({
  plugins: [assay.plugin],
  test: {
    includeTaskLocation: assay.includeTaskLocation,
    strictTags: true,
    tags: assay.tags,
    reporters: [assay.reporter],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{harness,fixtures,scripts}/**/*.test.ts'],
          environment: 'node',
          // half of the time these tests wait for servers; vitest alone would leave a core idle
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
          globalSetup: [assay.globalSetup],
        },
      },
      ...assay.projects,
    ],
  },
})
