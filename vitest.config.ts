import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{harness,fixtures,scripts}/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['harness/targets/keeper/vitest-setup.ts'],
        },
      },
    ],
  },
})
