import { type ConnectorScope, isLinked, type ScopeInput, type ScopeReference } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { containerClasses } from './classes.ts'
import { folded } from './conditions.ts'
import { directoryName } from './directory-name.ts'
import { readScope } from './read-scope.ts'
import { type ScopeFault, ScopeFaultyError } from './scope-errors.ts'

/**
 * Looks the containers and groups of a scope up in the connector space, by distinguished name or objectGUID.
 *
 * @returns `undefined` when there is no such connector.
 * @throws ScopeFaultyError with everything that cannot be resolved.
 */
export async function resolveScope(
  database: Database,
  connector: string,
  input: ScopeInput
): Promise<ConnectorScope | undefined> {
  const state = await readScope(database, connector)
  if (state === undefined) return undefined
  const wanted = wantedReferences(input)
  const found = await findObjects(database, connector, wanted)
  const faults: ScopeFault[] = []
  const resolved = wanted.map(reference => {
    const object = found.get(reference.key)
    const fault = faultOf(reference, object, connector)
    if (fault !== undefined) faults.push({ pointer: reference.pointer, detail: fault })
    return { ...reference, object }
  })
  const listed = (list: string): ScopeReference[] => {
    const objects = resolved.flatMap(({ list: own, object }) => (own === list && object ? [object] : []))
    return [...new Map(objects.map(({ objectGuid, dn }) => [objectGuid, { objectGuid, dn }])).values()]
  }
  const include = listed('/containers/include')
  const exclude = listed('/containers/exclude')
  const included = new Set(include.map(({ objectGuid }) => objectGuid))
  for (const { objectGuid, dn } of exclude) {
    if (!included.has(objectGuid)) continue
    faults.push({
      pointer: '/containers/exclude',
      detail: `${dn} is both included and excluded. Leave it in one of the two lists.`
    })
  }
  faults.push(...conditionFaults(input))
  if (faults.length > 0) throw new ScopeFaultyError(faults)
  const newContainers = input.containers?.newContainers ?? 'in'
  const hasContainers = include.length + exclude.length > 0 || newContainers === 'out'
  return {
    ...(hasContainers && { containers: { include, exclude, newContainers } }),
    ...(input.groups !== undefined && { groups: listed('/groups') }),
    ...(input.conditions !== undefined && { conditions: spelled(input.conditions, state.askedAttributes) })
  }
}

interface Wanted {
  readonly list: '/containers/include' | '/containers/exclude' | '/groups'
  readonly pointer: string
  readonly text: string
  /** An objectGUID, or a distinguished name. */
  readonly key: string
}

interface Found extends ScopeReference {
  readonly objectClass: string
}

function wantedReferences({ containers = {}, groups = [] }: ScopeInput): Wanted[] {
  const of = (list: Wanted['list'], texts: readonly string[] = []): Wanted[] =>
    texts.map((text, place) => ({ list, pointer: `${list}/${place}`, text, key: keyOf(text) }))
  return [
    ...of('/containers/include', containers.include),
    ...of('/containers/exclude', containers.exclude),
    ...of('/groups', groups)
  ]
}

const guidForm = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i

function keyOf(text: string): string {
  const guid = guidForm.exec(text.trim())?.[1]
  return guid?.toLowerCase() ?? directoryName(text)
}

/** Living objects by the key that asked for them. */
async function findObjects(
  database: Database,
  connector: string,
  wanted: readonly Wanted[]
): Promise<Map<string, Found>> {
  const keys = [...new Set(wanted.map(({ key }) => key))]
  const guids = keys.filter(key => guidForm.test(key))
  const names = keys.filter(key => !guidForm.test(key))
  const found = await rows(
    sql<Found & { key: string }>`
      select object_guid::text as key, object_guid as "objectGuid", dn, object_class as "objectClass"
      from staged_object where connector = ${connector} and object_guid = any(${guids}::uuid[]) and not deleted
      union all
      select n.name, s.object_guid, s.dn, s.object_class from unnest(${names}::text[]) as n (name)
      join staged_object s on ${folded(sql`s.dn`)} = ${folded(sql`n.name`)}
      where s.connector = ${connector} and not s.deleted`,
    database
  )
  return new Map(found.map(({ key, ...object }) => [key, object]))
}

function faultOf({ list, text }: Wanted, object: Found | undefined, connector: string): string | undefined {
  if (object === undefined) {
    return `No object ${text} is known of ${connector}. Compare the name with the directory's spelling; if it is new there, import first.`
  }
  const { objectClass } = object
  if (list === '/groups') {
    if (objectClass === 'group') return undefined
    return `${text} is not a group, but of the class ${objectClass}. Name a group; containers go into containers.include.`
  }
  if (containerClasses.includes(objectClass)) return undefined
  return `${text} is not a container, but of the class ${objectClass}. Name one of the class ${containerClasses.join(', ')}.`
}

function conditionFaults({ conditions = [] }: ScopeInput): ScopeFault[] {
  return conditions.flatMap((list, place) =>
    list.flatMap(({ attribute, operator, value }, position) => {
      const pointer = `/conditions/${place}/${position}`
      if (isLinked(attribute)) {
        return [
          {
            pointer,
            detail: `${attribute} links objects, which conditions cannot look at. Choose by group instead.`
          }
        ]
      }
      const needsValue = operator !== 'present' && operator !== 'absent'
      if (needsValue === (value !== undefined && value !== '')) return []
      const detail = needsValue
        ? `The operator ${operator} compares with a value. Give one.`
        : `The operator ${operator} compares with nothing. Leave value out.`
      return [{ pointer, detail }]
    })
  )
}

/** With the names of attributes as the connector space spells them. */
function spelled(
  conditions: NonNullable<ScopeInput['conditions']>,
  imported: readonly string[]
): NonNullable<ConnectorScope['conditions']> {
  const spelling = new Map(imported.map(name => [name.toLowerCase(), name]))
  return conditions.map(list =>
    list.map(condition => ({
      ...condition,
      attribute: spelling.get(condition.attribute.toLowerCase()) ?? condition.attribute
    }))
  )
}
