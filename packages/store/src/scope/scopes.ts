import type { ConnectorScope, ObjectGuid, ScopeInput } from '@opendirsync/contracts'
import type { Database } from '../database.ts'
import { type AppliedScope, applyScope, type ScopeChange, visitChanged } from './apply-scope.ts'
import { previewScope, type ScopePreview } from './preview-scope.ts'
import { readScope, type ScopeState } from './read-scope.ts'
import { resolveScope } from './resolve-scope.ts'

/** Which objects of a connector are synchronised. All give `undefined` when there is no such connector. */
export interface Scopes {
  read(connector: string): Promise<ScopeState | undefined>
  /** @throws ScopeFaultyError with everything that cannot be resolved. */
  resolve(connector: string, input: ScopeInput): Promise<ConnectorScope | undefined>
  preview(connector: string, scope: ConnectorScope | null): Promise<ScopePreview | undefined>
  /** @throws ScopeConflictError when the scope's revision is not the expected one. */
  apply(change: ScopeChange): Promise<AppliedScope | undefined>
  /** Hands over, some at a time, what changed sides when a scope was applied and waits for synchronisation. */
  visitChanged(
    applied: { readonly connector: string; readonly appliedAt: string },
    visit: (objectGuids: readonly ObjectGuid[]) => Promise<void>
  ): Promise<void>
}

export function scopes(database: Database): Scopes {
  return {
    read: connector => readScope(database, connector),
    resolve: (connector, input) => resolveScope(database, connector, input),
    preview: (connector, scope) => previewScope(database, connector, scope),
    apply: change => applyScope(database, change),
    visitChanged: (applied, visit) => visitChanged(database, applied, visit)
  }
}
