import type { PendingLink } from '@opendirsync/contracts'

/** Names one link in the outcomes of `writeLinks`. */
export function linkKey({
  sourceEntryId,
  attribute,
  targetEntryId
}: Pick<PendingLink, 'sourceEntryId' | 'attribute' | 'targetEntryId'>): string {
  return `${sourceEntryId}/${attribute}/${targetEntryId}`
}
