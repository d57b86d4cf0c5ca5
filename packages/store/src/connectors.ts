import { type ConnectorScope, SetupError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, orMapped, rows } from './database.ts'

export type ConnectorKind = 'active-directory' | 'csv'

export interface Connector {
  readonly name: string
  readonly kind: ConnectorKind
  /** Empty until the directory has told it. */
  readonly namingContext: string
  /** What the last finished full import asked the directory for; undefined before it. */
  readonly importedAttributes: readonly string[] | undefined
  /** Undefined: everything is in scope. */
  readonly scope: ConnectorScope | undefined
}

export interface Connectors {
  list(): Promise<{ name: string; kind: ConnectorKind; namingContext: string }[]>
  get(name: string): Promise<Connector | undefined>
  /**
   * An importer makes itself known, so that runs can be asked for. Without a naming context the known one stays.
   *
   * @throws SetupError `connector-kind` when something of another kind has been imported under the name: at the next
   *   full import all of that would look as if it had vanished
   */
  register(name: string, kind: ConnectorKind, namingContext?: string): Promise<void>
}

export function connectors(database: Database): Connectors {
  return {
    list: () =>
      orMapped(
        database
          .selectFrom('connector')
          .select(['name', 'kind', 'naming_context as namingContext'])
          .orderBy('name')
          .execute()
      ),
    async get(name) {
      const [row] = await rows(
        sql<
          Pick<Connector, 'name' | 'kind' | 'namingContext'> & {
            importedAttributes: string[] | null
            scope: ConnectorScope | null
          }
        >`
          select name, kind, naming_context as "namingContext", imported_attributes as "importedAttributes", scope
          from connector where name = ${name}`,
        database
      )
      if (row === undefined) return undefined
      const { importedAttributes, scope } = row
      return { ...row, importedAttributes: importedAttributes ?? undefined, scope: scope ?? undefined }
    },
    async register(name, kind, namingContext = '') {
      const registered = await rows(
        sql`insert into connector (name, kind, naming_context) values (${name}, ${kind}, ${namingContext})
            on conflict (name) do update set kind = excluded.kind,
              naming_context = case when excluded.naming_context <> '' or connector.kind <> excluded.kind
                then excluded.naming_context else connector.naming_context end
            where connector.kind = excluded.kind or connector.generation = 0
            returning name`,
        database
      )
      if (registered.length > 0) return
      throw new SetupError(
        'connector-kind',
        `The connector ${name} has imported something of another kind than ${kind}. Give this one a name of its own.`
      )
    }
  }
}
