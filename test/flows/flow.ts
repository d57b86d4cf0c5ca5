import {
  type GraphAccess,
  type GraphObject,
  type TenantReader,
  tenantReader,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, inject } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory, type DomainAccess } from '../support/directory.ts'
import { readDomain } from '../support/domain-objects.ts'

declare module 'vitest' {
  interface ProvidedContext {
    flows: {
      readonly domain: DomainAccess
      readonly graph: GraphAccess
      readonly api: { readonly url: string; readonly key: string }
      readonly tracePort: number
    }
  }
}

export interface Flow {
  readonly directory: Directory
  readonly tenant: TenantReader
  /** Waits until tenant and domain agree object by object. */
  agree(timeoutMs?: number): Promise<void>
  /** The user or group of this distinguished name, as the tenant has it now. */
  inTenant(dn: string): Promise<GraphObject | undefined>
  /** objectGUID of a distinguished name. */
  guidOf(dn: string): Promise<string>
}

/** Gives each test file an organizational unit, and a view of the tenant. */
export function useFlow(): Flow {
  const { domain, graph } = inject('flows')
  let directory: Directory | undefined
  const tenant = tenantReader(graph)

  beforeAll(async () => {
    directory = await Directory.open(domain)
  })
  afterAll(async () => {
    await directory?.[Symbol.asyncDispose]()
    tenant[Symbol.dispose]()
  })

  async function objectOf(dn: string) {
    const found = (await readDomain(domain)).find(object => object.dn.toLowerCase() === dn.toLowerCase())
    if (found === undefined) throw new Error(`${dn} is not in the domain`)
    return found
  }

  return {
    get directory() {
      if (directory === undefined) throw new Error('the directory is opened before the first test')
      return directory
    },
    tenant,
    async agree(timeoutMs) {
      await agreement(domain, graph, timeoutMs)
    },
    async inTenant(dn) {
      const { type, anchor, objectGuid } = await objectOf(dn)
      if (type === 'group') return (await tenant.groups()).find(group => group.uniqueName === objectGuid)
      return (await tenant.users()).find(user => user.onPremisesImmutableId === anchor)
    },
    guidOf: async dn => (await objectOf(dn)).objectGuid
  }
}

export { waitFor }
