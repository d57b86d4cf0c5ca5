import { Type } from 'typebox'
import {
  AttributeChange,
  AttributeValue,
  FindingFields,
  Guid,
  listOf,
  ProblemFound,
  Time
} from '../../schema-parts.ts'

const Verdict = Type.Object({
  rule: Type.String(),
  precedence: Type.Integer(),
  scope: Type.Optional(
    Type.String({ description: 'Whom the rule is for. Missing: every object of the type' })
  ),
  fits: Type.Boolean()
})

const contribution = {
  rule: Type.String(),
  precedence: Type.Integer(),
  how: Type.String({ description: 'How the value comes about' }),
  sources: Type.Record(Type.String(), Type.Unknown(), {
    description: 'What the flow reads, with its values; null where there is none'
  }),
  object: Type.Optional(
    Type.Object(
      { connector: Type.String(), objectGuid: Guid('objectGUID') },
      { description: 'The object of the directory. Missing: the flow reads the metaverse' }
    )
  )
}

const Attribute = Type.Object({
  attribute: Type.String(),
  value: AttributeValue('Null: it is cleared. Missing: the rules say nothing, and it stays as it is'),
  winner: Type.Optional(Type.Object(contribution, { description: 'The flow that gave the value' })),
  others: listOf(
    Type.Object({
      ...contribution,
      because: Type.String({
        description:
          'scope: the rule is not for the object. nothing: the flow gave no value. failed: its expression failed. precedence: another flow came first'
      })
    }),
    { description: 'The other flows with this target, and why they did not count' }
  )
})

const Judgement = Type.Object({
  outcome: Type.String({ description: 'in-scope, out-of-scope or failed' }),
  reason: Type.Optional(ProblemFound),
  problem: Type.Optional(ProblemFound),
  objectType: Type.Optional(Type.String()),
  sourceAnchor: Type.Optional(
    Type.String({
      description: 'That of an entry which this object makes. Missing: it can only join another one'
    })
  ),
  joinKeys: Type.Optional(
    listOf(Type.Object({ space: Type.String(), value: Type.String(), side: Type.String() }), {
      description: 'By what objects of other directories are found to be the same person'
    })
  )
})

const ConnectorObject = Type.Object({
  connector: Type.String(),
  objectGuid: Guid('objectGUID'),
  dn: Type.String(),
  objectClass: Type.String(),
  joinedBy: Type.Optional(
    Type.String({ description: 'The key by which it was joined. Missing: it has made the entry' })
  ),
  pending: Type.Boolean({ description: 'True: it has changed, and that has not been synchronised yet' }),
  judgement: Judgement,
  excludedBy: Type.Optional(Type.String({ description: 'The rule that keeps it out' })),
  rules: listOf(Verdict, { description: 'Which inbound rules are for it' }),
  findings: listOf(FindingFields, { description: 'What readiness has found' })
})

const Change = Type.Object(
  {
    kind: Type.String({ description: 'none, added, changed, deleted, blocked or unseen' }),
    objectType: Type.Optional(Type.String()),
    attributes: Type.Optional(listOf(AttributeChange)),
    problems: Type.Optional(listOf(ProblemFound))
  },
  { description: 'Only with other rules than those in force: what they would change' }
)

const Explained = Type.Object({
  entry: Type.Optional(
    Type.Object(
      { entryId: Guid('The metaverse entry'), objectType: Type.String(), sourceAnchor: Type.String() },
      { description: 'Missing: it has no place in the metaverse' }
    )
  ),
  objects: listOf(ConnectorObject, { description: 'What is joined, in the order of the connectors' }),
  metaverse: listOf(Attribute, { description: 'Under the names of AD' }),
  tenant: listOf(Attribute, {
    description:
      'What the tenant should have, under the names of Graph; with a blocking problem, what it would get without that'
  }),
  outboundRules: listOf(Verdict),
  problems: listOf(
    Type.Object({
      ...ProblemFound.properties,
      severity: Type.Optional(
        Type.String({ description: 'blocking: nothing is written. warning: without the attribute' })
      ),
      foundBy: Type.String({ description: 'rules, synchronisation or tenant' })
    })
  ),
  tenantObject: Type.Object({
    state: Type.String({ description: 'absent, present or deleted' }),
    entraId: Type.Optional(Guid('Its id in the tenant; it survives a delete')),
    exportedAt: Type.Optional(Time('When it was last written'))
  }),
  pendingExport: Type.Object(
    {
      operation: Type.String({ description: 'create, restore, update, delete or none' }),
      changes: listOf(AttributeChange)
    },
    { description: 'What is still to be written, by the rules in force' }
  ),
  change: Type.Optional(Change),
  journal: listOf(
    Type.Object({
      at: Time('When'),
      step: Type.String(),
      runId: Type.Optional(Type.String({ format: 'uuid' })),
      detail: Type.Record(Type.String(), Type.Unknown())
    }),
    { description: 'The last 20 lines, oldest first' }
  )
})

export const Explanations = Type.Object({
  revision: Type.Integer({ description: 'Of the rules in force' }),
  found: listOf(Explained, {
    description:
      'One for each person, group or contact that has the name. An objectGUID is one in each directory that has it'
  })
})
