import type { WaveOrigin } from '@opendirsync/contracts'

const scopeParts: Readonly<Record<string, string>> = {
  container: 'by its container',
  group: 'by its membership in a group',
  condition: 'by a condition'
}

/** Why an object is to go, or a member to be removed, as a sentence. */
export function describeReason({ reason, reasonDetail, connector, container }: WaveOrigin): string {
  const from = connector === undefined ? 'the directory' : connector
  const inside = container === undefined || container === '' ? '' : `, in ${container}`
  switch (reason) {
    case 'deleted':
      return `It was deleted in ${from}${inside}.`
    case 'vanished':
      return `A full import of ${from} did not find it any more${inside}.`
    case 'not-in-file':
      return `The file ${container ?? 'that was imported last'} of ${from} does not have it any more.`
    case 'left-scope':
      return `The scope of ${from} leaves it out ${scopeParts[reasonDetail ?? ''] ?? 'now'}${inside}.`
    case 'excluded':
      return `The rules leave it out: ${reasonDetail ?? 'see explain'}.`
    case 'no-longer-member':
      return `The group ${container ?? ''} of ${from} does not have the member any more.`
    case 'not-desired':
      return `The rules do not want it in the tenant any more${inside}.`
  }
}
