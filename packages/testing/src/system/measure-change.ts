import { setTimeout as delay } from 'node:timers/promises'
import type { DirectoryConnection } from '@opendirsync/active-directory'
import type { TenantReader } from './tenant-reader.ts'

export interface MeasuredChange {
  readonly dn: string
  /** The user's id in the tenant. */
  readonly entraId: string
  readonly title: string
}

const lookEveryMs = 2
const giveUpAfterMs = 60_000

/** Changes one user's title in the directory. @returns the milliseconds until the tenant showed it. */
export async function measureChange(
  connection: Pick<DirectoryConnection, 'modify'>,
  tenant: TenantReader,
  { dn, entraId, title }: MeasuredChange
): Promise<number> {
  const startedAt = performance.now()
  await connection.modify(dn, [{ operation: 'replace', attribute: 'title', values: [title] }])
  for (;;) {
    const { body } = await tenant.get(`/users/${entraId}?$select=id,jobTitle`)
    const tookMs = performance.now() - startedAt
    if ((body as { jobTitle?: string } | undefined)?.jobTitle === title) return tookMs
    if (tookMs > giveUpAfterMs)
      throw new Error(`the change of ${dn} was not in the tenant after ${giveUpAfterMs / 1_000} s`)
    await delay(lookEveryMs)
  }
}
