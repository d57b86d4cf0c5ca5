import type { DirectoryValues } from '../attribute-flow.ts'
import { integer, single } from '../values.ts'

/** msExchRecipientTypeDetails of a mailbox whose account is in another forest. */
const linkedMailbox = '2'

export function isLinkedMailbox(recipientType: DirectoryValues): boolean {
  return recipientType !== undefined && single(recipientType) === linkedMailbox
}

/** Mail public folder, system attendant, system mailbox, both USG kinds, mailbox plan, discovery mailbox. */
export const systemRecipientTypes = 0x21c07000n
/** The role groups of Exchange. */
export const roleGroupType = 0x40000000n

export function isOfType(recipientType: DirectoryValues, types: bigint): boolean {
  return recipientType !== undefined && ((integer(recipientType) ?? 0n) & types) !== 0n
}
