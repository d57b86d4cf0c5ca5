import { SetupError } from '@opendirsync/contracts'
import type { EntraOptions } from '@opendirsync/entra'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'

type Config = Readonly<
  Pick<
    Static<typeof ExportConfig>,
    | 'GRAPH_CREDENTIAL'
    | 'GRAPH_CLIENT_SECRET'
    | 'GRAPH_CERTIFICATE_FILE'
    | 'GRAPH_FEDERATED_TOKEN_FILE'
    | 'GRAPH_MANAGED_IDENTITY'
  >
>
type Kind = NonNullable<Config['GRAPH_CREDENTIAL']>
type Credential = Pick<
  EntraOptions,
  'clientSecret' | 'certificatePath' | 'federatedTokenPath' | 'managedIdentity'
>

/** The variable that each kind of credential needs. A managed identity needs none. */
const variables = {
  secret: 'GRAPH_CLIENT_SECRET',
  certificate: 'GRAPH_CERTIFICATE_FILE',
  'workload-identity': 'GRAPH_FEDERATED_TOKEN_FILE'
} as const satisfies Partial<Record<Kind, keyof Config>>

/**
 * What the application proves itself with.
 *
 * @throws SetupError `graph-credentials` when none is given, or more than the one that is named
 */
export function credentialIn(config: Config): Credential {
  const kinds = Object.keys(variables) as (keyof typeof variables)[]
  const set = kinds.filter(kind => config[variables[kind]] !== undefined)
  const kind = config.GRAPH_CREDENTIAL ?? (set.length === 1 ? set[0] : undefined)
  if (kind === undefined) {
    throw new SetupError(
      'graph-credentials',
      'Set one of GRAPH_CLIENT_SECRET (or GRAPH_CLIENT_SECRET_FILE), GRAPH_CERTIFICATE_FILE and GRAPH_FEDERATED_TOKEN_FILE, not several; or GRAPH_CREDENTIAL to managed-identity.'
    )
  }
  const others = set.filter(other => other !== kind).map(other => variables[other])
  if (others.length > 0) {
    throw new SetupError(
      'graph-credentials',
      `GRAPH_CREDENTIAL is ${kind}, and ${others.join(' and ')} is set as well. Remove what is not meant.`
    )
  }
  return credentialOf(kind, config)
}

function credentialOf(kind: Kind, config: Config): Credential {
  if (kind === 'managed-identity') return { managedIdentity: config.GRAPH_MANAGED_IDENTITY }
  const {
    GRAPH_CLIENT_SECRET: secret,
    GRAPH_CERTIFICATE_FILE: certificatePath,
    GRAPH_FEDERATED_TOKEN_FILE: federatedTokenPath
  } = config
  if (kind === 'secret' && secret !== undefined) return { clientSecret: () => secret.revealNewest() }
  if (kind === 'certificate' && certificatePath !== undefined) return { certificatePath }
  if (kind === 'workload-identity' && federatedTokenPath !== undefined) return { federatedTokenPath }
  throw new SetupError(
    'graph-credentials',
    `GRAPH_CREDENTIAL is ${kind}, which needs ${variables[kind]}${kind === 'secret' ? ' (or GRAPH_CLIENT_SECRET_FILE)' : ''}. Set it.`
  )
}
