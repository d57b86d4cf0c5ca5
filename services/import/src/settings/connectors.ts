import { SetupError } from '@opendirsync/contracts'
import type { Static } from 'typebox'
import type { ImportConfig } from '../config.ts'
import type { ConnectorSettings } from './connector-settings.ts'
import { connectorSettingsFromVariables, type Environment } from './connector-settings-from-variables.ts'
import { readConnectorsFile } from './read-connectors-file.ts'

/** The variables of a single connector that have no default. */
const ofOneConnector = [
  'AD_URL',
  'AD_DOMAIN',
  'AD_SITE',
  'AD_DNS_SERVERS',
  'AD_BIND_DN',
  'AD_PASSWORD',
  'AD_CA_FILE',
  'AD_SERVER_NAME',
  'AD_CONNECTOR',
  'AD_FULL_IMPORT'
] as const

/**
 * The connectors that this process imports, from `CONNECTORS_FILE` or, for a single one, from the AD_ variables.
 *
 * @throws SetupError `connectors-file` or `connector-variables`, with everything that is wrong
 */
export async function connectorSettings(
  config: Readonly<Static<typeof ImportConfig>>,
  environment: Environment = process.env
): Promise<readonly ConnectorSettings[]> {
  if (config.CONNECTORS_FILE === undefined) return [connectorSettingsFromVariables(config, environment)]
  const beside = ofOneConnector.filter(name => config[name] !== undefined)
  if (beside.length > 0) {
    throw new SetupError(
      'connector-variables',
      `The configuration is not usable. CONNECTORS_FILE and ${beside.join(', ')} are set; remove one or the other.`
    )
  }
  return readConnectorsFile(config.CONNECTORS_FILE)
}
