import { SetupError } from '@opendirsync/contracts'
import type { App } from './app-type.ts'

/**
 * @returns where it listens
 * @throws SetupError when it cannot listen there
 */
export async function listen(app: App, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await app.listen({ host, port, listenTextResolver: () => 'listening' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SetupError(
      'api-address',
      `The API cannot be served at ${host}:${port} (${code}). Set API_HOST and API_PORT to an address that is free.`,
      { cause: error }
    )
  }
}
