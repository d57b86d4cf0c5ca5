import type { ConnectorScope, ObjectGuid, ScopePart } from '@opendirsync/contracts'

interface ModelObject {
  readonly objectClass: 'organizationalUnit' | 'group' | 'user'
  readonly parent: ObjectGuid | null
  readonly department?: string
}

/** What the connector space holds, and the scope with the containers that were there when it was applied. */
export interface Model {
  readonly objects: Map<ObjectGuid, ModelObject>
  /** `<group> <member>` */
  readonly members: Set<string>
  scope: ConnectorScope
  known: ReadonlySet<ObjectGuid>
}

/** The scope's definition, word for word, object by object. Slow, and simple enough to be believed. */
export function expectedParts(model: Model): Record<ObjectGuid, ScopePart | null> {
  const members = expectedMembers(model)
  const { containers, groups, conditions } = model.scope
  return Object.fromEntries(
    [...model.objects].map(([guid, object]) => {
      if (object.objectClass === 'organizationalUnit') return [guid, null]
      if (containers !== undefined && !isBelow(model, containers, object.parent)) return [guid, 'container']
      if (groups !== undefined && !members.has(guid)) return [guid, 'group']
      const holds = conditions?.some(list =>
        list.every(({ operator, value }) => (operator === 'equals') === (object.department === value))
      )
      return [guid, holds === false ? 'condition' : null]
    })
  )
}

function isBelow(
  model: Model,
  { include, exclude, newContainers }: NonNullable<ConnectorScope['containers']>,
  parent: ObjectGuid | null
): boolean {
  const seen = new Set<ObjectGuid>()
  for (let at = parent; at !== null && !seen.has(at); at = model.objects.get(at)?.parent ?? null) {
    seen.add(at)
    if (include.some(({ objectGuid }) => objectGuid === at)) return true
    if (exclude.some(({ objectGuid }) => objectGuid === at)) return false
    if (newContainers === 'out' && model.objects.has(at) && !model.known.has(at)) return false
  }
  return include.length === 0
}

function expectedMembers({ scope, members }: Model): Set<ObjectGuid> {
  const found = new Set<ObjectGuid>()
  const waiting = (scope.groups ?? []).map(({ objectGuid }) => objectGuid)
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at)) continue
    found.add(at)
    for (const link of members) {
      const [group, member] = link.split(' ')
      if (group === at && member !== undefined) waiting.push(member)
    }
  }
  return found
}
