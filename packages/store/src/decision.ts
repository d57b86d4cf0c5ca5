import type { AttributeRecord, ObjectType, Problem, SourceAnchor } from '@opendirsync/contracts'

/** What the rules say of one staged object. */
export type Decision =
  | { readonly outcome: 'out-of-scope'; readonly reason: Problem }
  /** The rules could not be applied. What is known and exported stays as it is. */
  | { readonly outcome: 'failed'; readonly problem: Problem }
  | {
      readonly outcome: 'projected'
      readonly objectType: ObjectType
      readonly sourceAnchor: SourceAnchor
      readonly attributes: AttributeRecord
      /** As the tenant should have it; absent: it cannot be exported as it is, and `problems` says why. */
      readonly export?: AttributeRecord
      /** Without `export`: values that go to the tenant all the same, beside what it has. A leaver is disabled. */
      readonly urgent?: AttributeRecord
      readonly problems: readonly Problem[]
    }
