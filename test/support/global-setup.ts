import { openStore } from '@opendirsync/store'
import { startPostgres } from '@opendirsync/testing'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of one server for all parts, and the name of its database that has our schema and nothing in it. */
    readonly postgres: { readonly url: string; readonly template: string }
  }
}

const template = 'opendirsync_empty'

/** One PostgreSQL for all tests of parts: a server takes a second or two to start, a copied database hardly any. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  const store = await openStore({ url: await server.createDatabase(template), poolSize: 1 })
  await store[Symbol.asyncDispose]()
  project.provide('postgres', { url: server.url, template })
  return async () => {
    await server[Symbol.asyncDispose]()
  }
}
