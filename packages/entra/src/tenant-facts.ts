import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from './errors.ts'
import {
  type MissingPermission,
  missingPermissions,
  type PermissionsNeeded
} from './permissions/missing-permissions.ts'
import { rolesOfToken } from './permissions/roles-of-token.ts'
import type { GraphClient } from './transport/graph-client.ts'
import { isRecord, textIn, valuesIn } from './transport/graph-request.ts'
import type { TokenSource } from './transport/token.ts'

export interface TenantFacts {
  readonly tenantId: string
  readonly displayName: string
  /** Names that user principal names may end in. */
  readonly verifiedDomains: readonly string[]
  /** The tenant's own `….onmicrosoft.com`. */
  readonly initialDomain: string
  /** What the application was not permitted, of what can be done without. */
  readonly missing: readonly MissingPermission[]
  /** ISO 8601; absent where the application proves itself otherwise than by a certificate. */
  readonly certificateExpiresAt?: string
}

interface Connection {
  readonly client: GraphClient
  readonly tokens: TokenSource
  readonly needed: PermissionsNeeded
}

/**
 * Asks the tenant who it is, and looks whether the application may do what it is there for.
 * @throws SetupError `graph-credentials`, `graph-permissions`, `graph-certificate`, `graph-tenant`; UnavailableError
 */
export async function tenantFacts({ client, tokens, needed }: Connection): Promise<TenantFacts> {
  const missing = await missingOf(tokens, needed)
  const [organization] = await list(client, '/organization?$select=id,displayName')
  const tenantId = textIn(organization, 'id')
  if (tenantId === undefined) {
    throw new SetupError(
      'graph-tenant',
      'Graph names no organization for this tenant. Check the tenant id and the Graph address.'
    )
  }
  const domains = await list(client, '/domains?$select=id,isVerified,isInitial')
  const verified = domains.filter(domain => isRecord(domain) && domain.isVerified === true)
  return {
    tenantId,
    displayName: textIn(organization, 'displayName') ?? '',
    verifiedDomains: verified.flatMap(domain => textIn(domain, 'id') ?? []),
    initialDomain:
      textIn(
        verified.find(domain => isRecord(domain) && domain.isInitial === true),
        'id'
      ) ?? '',
    missing,
    ...expiry(tokens)
  }
}

/** A permission that is granted is in the tokens given after that, so what was looked at is not used again. */
async function missingOf(
  tokens: TokenSource,
  needed: PermissionsNeeded
): Promise<readonly MissingPermission[]> {
  const roles = rolesOfToken(await tokens.token())
  try {
    return roles === undefined ? [] : missingPermissions(roles, needed)
  } catch (error) {
    tokens.renew()
    throw error
  }
}

function expiry(tokens: TokenSource): { readonly certificateExpiresAt?: string } {
  const at = tokens.certificateExpiresAt()
  return at === undefined ? {} : { certificateExpiresAt: at.toISOString() }
}

/** All pages of a collection. */
async function list(client: GraphClient, path: string): Promise<unknown[]> {
  const values: unknown[] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const answer = await client.get(next)
    if (answer.status === 403) {
      throw new SetupError(
        'graph-permissions',
        'The application may not read the organization and its domains. Grant it Organization.Read.All and Domain.Read.All, with admin consent.'
      )
    }
    if (answer.status !== 200) {
      throw (
        noAnswer(answer) ??
        new UnavailableError('entra', `Graph answered ${answer.status} to ${path}. Check the Graph address.`)
      )
    }
    values.push(...valuesIn(answer.body))
    next = textIn(answer.body, '@odata.nextLink')
  }
  return values
}
