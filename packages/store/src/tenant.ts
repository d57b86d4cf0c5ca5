import type { AddressKey, ObjectType } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { keyId } from './readiness/keys.ts'

interface TenantFacts {
  readonly tenantId: string
  readonly displayName: string
  readonly initialDomain: string
  readonly verifiedDomains: readonly string[]
}

/** An object of the tenant, whoever made it. */
export interface TenantObjectRecord {
  readonly entraId: string
  readonly objectType: ObjectType
  readonly displayName: string | null
  readonly userPrincipalName: string | null
  readonly immutableId: string | null
  readonly keys: readonly Pick<AddressKey, 'space' | 'value'>[]
}

/** What the tenant has told of itself. */
export interface Tenant {
  facts(): Promise<(TenantFacts & { readonly snapshotAt: Date | null }) | undefined>
  remember(facts: TenantFacts): Promise<void>
  /** Begins to write down what the tenant has. */
  beginSnapshot(): Promise<number>
  addToSnapshot(snapshot: number, objects: readonly TenantObjectRecord[]): Promise<void>
  /** What this snapshot has not found is not there any more. */
  endSnapshot(snapshot: number): Promise<void>
}

export function tenant(database: Database): Tenant {
  return {
    async facts() {
      const [row] = await rows(
        sql<TenantFacts & { snapshotAt: Date | null }>`
          select tenant_id as "tenantId", display_name as "displayName", initial_domain as "initialDomain",
            verified_domains as "verifiedDomains", snapshot_at as "snapshotAt" from tenant`,
        database
      )
      return row
    },

    async remember({ tenantId, displayName, initialDomain, verifiedDomains }) {
      await rows(
        sql`
          insert into tenant (tenant_id, display_name, initial_domain, verified_domains)
          values (${tenantId}, ${displayName}, ${initialDomain}, ${[...verifiedDomains].sort()})
          on conflict (only_row) do update set tenant_id = excluded.tenant_id, display_name = excluded.display_name,
            initial_domain = excluded.initial_domain, verified_domains = excluded.verified_domains, told_at = now()`,
        database
      )
    },

    async beginSnapshot() {
      const [row] = await rows(
        sql<{ snapshot: number }>`update tenant set snapshot = snapshot + 1 returning snapshot`,
        database
      )
      if (row === undefined) throw new Error('a snapshot needs the facts of its tenant first')
      return row.snapshot
    },

    async addToSnapshot(snapshot, objects) {
      if (objects.length === 0) return
      // A listing that changes while it is read may tell of an object twice.
      const each = new Map(objects.map(object => [object.entraId, object])).values()
      const records = Array.from(each, ({ keys, ...object }) => ({
        ...object,
        keys: [...new Set(keys.map(keyId))]
      }))
      await rows(
        sql`
          insert into tenant_object (entra_id, object_type, display_name, user_principal_name, immutable_id, keys, snapshot)
          select "entraId", "objectType", "displayName", "userPrincipalName", "immutableId", keys, ${snapshot}
          from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r ("entraId" uuid, "objectType" text,
            "displayName" text, "userPrincipalName" text, "immutableId" text, keys uuid[])
          order by "entraId"
          on conflict (entra_id) do update set object_type = excluded.object_type, display_name = excluded.display_name,
            user_principal_name = excluded.user_principal_name, immutable_id = excluded.immutable_id,
            keys = excluded.keys, snapshot = greatest(tenant_object.snapshot, excluded.snapshot)`,
        database
      )
    },

    async endSnapshot(snapshot) {
      await rows(
        sql`
          with ended as (
            update tenant set snapshot_at = now() where snapshot = ${snapshot} returning snapshot
          )
          delete from tenant_object t using ended e where t.snapshot < e.snapshot`,
        database
      )
    }
  }
}
