import type { AttributeValue } from '@opendirsync/contracts'
import { csvFile } from '@opendirsync/readiness'
import type { PendingItem } from './pending-item.ts'

const columns = [
  'OPERATION',
  'OBJECTTYPE',
  'DISTINGUISHEDNAME',
  'OBJECTGUID',
  'ENTRAID',
  'ATTRIBUTE',
  'BEFORE',
  'AFTER',
  'TAKESOVER',
  'PROBLEM'
] as const

type Line = readonly [operation: string, attribute: string, before: string, after: string, problem: string]

/**
 * One line for each changed attribute of what is there, one for each object that is to be created, restored or deleted
 * (with the name that it is to have), and one for all references of one kind.
 */
export function pendingCsv(items: AsyncIterable<PendingItem>): AsyncGenerator<string, void> {
  return csvFile(columns, lines(items))
}

async function* lines(items: AsyncIterable<PendingItem>): AsyncGenerator<string[], void> {
  for await (const item of items) {
    const { objectType, row, takesOver } = item
    for (const [operation, attribute, before, after, problem] of [...ofObject(item), ...ofReferences(item)]) {
      yield [
        operation,
        objectType,
        row.dn ?? '',
        row.objectGuid ?? '',
        row.entraId ?? '',
        attribute,
        before,
        after,
        takesOver === undefined ? '' : (takesOver.userPrincipalName ?? takesOver.entraId),
        problem
      ]
    }
  }
}

function ofObject({ operation, changes, row }: PendingItem): Line[] {
  const problem = row.refusal?.message ?? ''
  if (operation === 'none') return []
  if (operation === 'update')
    return changes.map(({ attribute, before, after }) => [
      operation,
      attribute,
      text(before),
      text(after),
      problem
    ])
  const attribute = typeof row.desired.userPrincipalName === 'string' ? 'userPrincipalName' : 'displayName'
  const name = text(row.desired[attribute])
  return [
    [operation, attribute, operation === 'delete' ? name : '', operation === 'delete' ? '' : name, problem]
  ]
}

function ofReferences({ references }: PendingItem): Line[] {
  return references.map(({ attribute, operation, count, isMore, examples, problem }) => {
    const named = `${count}${isMore ? ' or more' : ''}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`
    const isAdded = operation === 'add'
    return [operation, attribute, isAdded ? '' : named, isAdded ? named : '', problem?.message ?? '']
  })
}

function text(value: AttributeValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return String(value)
  return Array.isArray(value) ? value.join('; ') : JSON.stringify(value)
}
