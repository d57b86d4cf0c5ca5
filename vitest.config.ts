import { defineConfig } from 'vitest/config'
import { ClosingLine } from './scripts/closing-line.ts'

/** Real servers start beside the tests, on two cores. */
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...timeouts,
          name: 'parts',
          // One more than there are cores: most of these wait for a server much of the time.
          maxWorkers: 3,
          include: ['{packages,services,scripts}/**/*.test.ts', 'test/*/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/{flows,failure}/**'],
          globalSetup: ['test/support/global-setup.ts'],
          sequence: { groupOrder: 1 }
        }
      },
      {
        test: {
          ...timeouts,
          name: 'flows',
          include: ['test/flows/**/*.test.ts'],
          globalSetup: ['test/flows/global-setup.ts'],
          // One system serves all of these, and one of them counts its writes.
          fileParallelism: false,
          sequence: { groupOrder: 2 }
        }
      },
      {
        test: {
          ...timeouts,
          name: 'failure',
          include: ['test/failure/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 }
        }
      }
    ]
  }
})
