import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from './errors.ts'
import type { GraphClient } from './transport/graph-client.ts'
import { isRecord, textIn, valuesIn } from './transport/graph-request.ts'

export interface TenantFacts {
  readonly tenantId: string
  readonly displayName: string
  /** Names that user principal names may end in. */
  readonly verifiedDomains: readonly string[]
  /** The tenant's own `….onmicrosoft.com`. */
  readonly initialDomain: string
}

/**
 * Asks the tenant who it is.
 * @throws SetupError `graph-credentials`, `graph-permissions`, `graph-certificate`, `graph-tenant`; UnavailableError
 */
export async function tenantFacts(client: GraphClient): Promise<TenantFacts> {
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
      ) ?? ''
  }
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
