import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Native sessions live in the worker process; a process per file keeps a crash in one file readable.
    pool: 'forks',
    maxWorkers: 2,
  },
})
