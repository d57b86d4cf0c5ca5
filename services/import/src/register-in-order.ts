import { SetupError } from '@opendirsync/contracts'
import type { Store } from '@opendirsync/store'
import type { ConnectorSettings } from './settings/connector-settings.ts'

/**
 * Makes new connectors in the order of the file, before any of them is served: where objects of several are one person,
 * the connector that was made first has the first word. What is wrong with one is said where it is served.
 *
 * @throws UnavailableError
 */
export async function registerInOrder(
  connectors: Pick<Store['connectors'], 'register'>,
  settings: readonly ConnectorSettings[]
): Promise<void> {
  for (const { name, kind } of settings) {
    if (name === undefined) continue
    try {
      await connectors.register(name, kind)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
    }
  }
}
