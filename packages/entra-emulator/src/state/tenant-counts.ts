import type { Directory } from './directory.ts'
import type { EntryKind } from './directory-entry.ts'

export interface TenantCounts {
  /** Those that exist, by kind; those that lag hides are among them. */
  readonly live: Readonly<Record<EntryKind, number>>
  readonly bin: Readonly<Record<EntryKind, number>>
  /** Of the live ones, those that reads do not find yet. */
  readonly hidden: number
}

export function tenantCounts(directory: Directory): TenantCounts {
  const bin = { user: 0, group: 0, contact: 0, directoryRole: 0 }
  for (const { kind } of directory.bin.values()) bin[kind] += 1
  let hidden = 0
  for (const entries of Object.values(directory.live)) {
    for (const entry of entries.values()) if (!directory.isVisible(entry)) hidden += 1
  }
  const { user, group, contact, directoryRole } = directory.live
  const live = {
    user: user.size,
    group: group.size,
    contact: contact.size,
    directoryRole: directoryRole.size
  }
  return { live, bin, hidden }
}
