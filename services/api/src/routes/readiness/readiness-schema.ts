import { type Static, Type } from 'typebox'
import { FindingFields, Guid, listOf, Time } from '../../schema-parts.ts'

const Severity = Type.Union([Type.Literal('error'), Type.Literal('warning')])

const filterFields = {
  code: Type.Optional(Type.String({ maxLength: 100, description: 'Only findings with this code' })),
  attribute: Type.Optional(
    Type.String({ maxLength: 256, description: 'Only of this attribute; upper and lower case are the same' })
  )
}

export const ReportQuery = Type.Object(
  {
    ...filterFields,
    severity: Type.Optional(Severity),
    connector: Type.Optional(Type.String({ maxLength: 255, description: 'Only of this directory' })),
    objectGuid: Type.Optional(Guid('Only of this object'))
  },
  { additionalProperties: false }
)

export const FindingItem = Type.Object({
  connector: Type.String(),
  objectGuid: Guid('objectGUID'),
  dn: Type.String(),
  objectClass: Type.String(),
  finding: FindingFields,
  since: Time('When the findings of the object last changed')
})

export const Overview = Type.Object({
  objects: Type.Integer({ description: 'Users, groups and contacts in scope' }),
  errors: Type.Integer({ description: 'Findings of values that the tenant would refuse' }),
  warnings: Type.Integer(),
  fixable: Type.Integer({ description: 'Findings with a proposed fix' }),
  counts: listOf(
    Type.Object({
      code: Type.String(),
      attribute: Type.String(),
      severity: Severity,
      findings: Type.Integer(),
      fixable: Type.Integer({ description: 'Of these, with a proposed fix' })
    }),
    { description: 'Errors first, the most frequent first' }
  ),
  tenant: Type.Union(
    [
      Type.Object({
        verifiedDomains: listOf(Type.String()),
        snapshotAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
          description: 'When the objects of the tenant were last listed; null: not yet'
        })
      }),
      Type.Null()
    ],
    {
      description:
        'What the findings know of the tenant. Null: nothing yet, so nothing is said of suffixes and of collisions'
    }
  )
})

const change = {
  objectGuid: Guid('objectGUID'),
  dn: Type.String(),
  attribute: Type.String(),
  action: Type.String({ description: 'replace, remove-value, clear or add-value' }),
  from: Type.Union([Type.String(), Type.Null()]),
  to: Type.Union([Type.String(), Type.Null()])
}

export const FixRequest = Type.Object(
  {
    connector: Type.String({ minLength: 1, maxLength: 255, description: 'Whose objects' }),
    findings: Type.Optional(
      Type.Array(
        Type.Object(
          {
            objectGuid: Guid('objectGUID'),
            attribute: Type.String({ minLength: 1, maxLength: 256, description: 'Of the finding' }),
            value: Type.Optional(
              Type.String({ maxLength: 16_384, description: 'Of the finding. Missing: each value' })
            )
          },
          { additionalProperties: false }
        ),
        { minItems: 1, maxItems: 1_000, description: 'Findings that a person has chosen' }
      )
    ),
    filter: Type.Optional(
      Type.Object(filterFields, { additionalProperties: false, description: 'All findings that it fits' })
    ),
    confidence: Type.Optional(
      Type.Union([Type.Literal('certain'), Type.Literal('any')], {
        description: 'With filter: which fixes are taken. Without it, those that are certain'
      })
    ),
    preview: Type.Optional(
      Type.Boolean({ description: 'false: the fixes are queued. Without it they are only shown' })
    )
  },
  {
    additionalProperties: false,
    examples: [
      { connector: 'corp.example.com', filter: { code: 'spaces-around' } },
      {
        connector: 'corp.example.com',
        findings: [{ objectGuid: '8fd5b3a0-4f4a-4b8e-9a61-0d7f1c2b3a4d', attribute: 'proxyAddresses' }],
        preview: false
      }
    ]
  }
)
export type FixRequest = Static<typeof FixRequest>

export const FixPreview = Type.Object({
  connector: Type.String(),
  fixes: listOf(
    Type.Object({
      ...change,
      confidence: Type.String({ description: 'certain or guess' }),
      codes: listOf(Type.String(), { description: 'The findings that it mends' })
    }),
    { description: 'Each value once, in the order in which they would be applied' }
  ),
  skipped: listOf(
    Type.Object({
      objectGuid: Guid('objectGUID'),
      attribute: Type.String(),
      reason: Type.String({ description: 'Why nothing is done, and what to do' })
    }),
    { description: 'Of the chosen findings, those without a fix' }
  ),
  more: Type.Boolean({
    description: 'True: a run takes 10,000 fixes, and there are more. Ask again after it'
  })
})

const fixStates = ['pending', 'applied', 'changed-meanwhile', 'refused', 'gone'] as const

export const FixState = Type.Union(fixStates.map(state => Type.Literal(state)))

export const FixRunFields = Type.Object({
  id: Type.String({ format: 'uuid' }),
  connector: Type.String(),
  requestedBy: Type.String(),
  requestedAt: Time('When it was asked for'),
  state: Type.String({ description: 'queued, running, completed or failed' }),
  startedAt: Type.Optional(Time('When it began')),
  endedAt: Type.Optional(Time('When it ended')),
  undoOf: Type.Optional(Type.String({ format: 'uuid', description: 'The run that this one takes back' })),
  error: Type.Optional(Type.String({ description: 'What went wrong with the whole run, and what to do' })),
  counts: Type.Object(
    {
      pending: Type.Integer(),
      applied: Type.Integer(),
      'changed-meanwhile': Type.Integer({ description: 'The value was another one already' }),
      refused: Type.Integer({ description: 'By the directory' }),
      gone: Type.Integer({ description: 'The object is not there any more' })
    },
    { description: 'Fixes by state' }
  )
})

export const FixRunPage = Type.Object({
  ...FixRunFields.properties,
  fixes: listOf(
    Type.Object({
      position: Type.Integer({ description: 'From 0' }),
      ...change,
      state: Type.String({ description: fixStates.join(', ') }),
      message: Type.Optional(Type.String({ description: 'Why it was not applied, and what to do' })),
      undoable: Type.Boolean({ description: 'Whether something was written that can be taken back' }),
      appliedAt: Type.Optional(Time('When it was written'))
    })
  ),
  next: Type.Optional(Type.Integer({ description: 'Give it as after for the next page; absent on the last' }))
})
