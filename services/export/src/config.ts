import {
  commonVariables,
  integerVariable,
  POSTGRES_URL,
  pathVariable,
  REDIS_URL,
  SWEEP_SECONDS,
  secret,
  urlVariable
} from '@opendirsync/runtime'
import { Type } from 'typebox'

const oneOf = <const Choice extends string>(
  choices: readonly Choice[],
  options: { readonly description: string; readonly default?: Choice }
) =>
  Type.Unsafe<Choice>(
    Type.Union(
      choices.map(choice => Type.Literal(choice)),
      options
    )
  )

const matchVariable = (description: string) =>
  Type.Union([Type.Literal('allow'), Type.Literal('block')], { default: 'allow', description })

export const ExportConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  GRAPH_CLOUD: oneOf(['global', 'us-gov', 'us-gov-dod', 'china'], {
    default: 'global',
    description: "Microsoft's cloud that the tenant is in"
  }),
  GRAPH_URL: Type.Optional(
    urlVariable({ description: "Another Graph endpoint than the cloud's: a proxy, or the emulator" })
  ),
  GRAPH_AUTHORITY_HOST: Type.Optional(
    urlVariable({ description: "Another host that gives tokens than the cloud's" })
  ),
  GRAPH_TENANT_ID: Type.String({ minLength: 1, description: 'The id of the tenant' }),
  GRAPH_CLIENT_ID: Type.String({
    minLength: 1,
    description: 'The id of the app registration, or of the managed identity'
  }),
  GRAPH_CREDENTIAL: Type.Optional(
    oneOf(['secret', 'certificate', 'workload-identity', 'managed-identity'], {
      description: 'What the application proves itself with, if that does not follow from what else is set'
    })
  ),
  GRAPH_CLIENT_SECRET: Type.Optional(secret({ description: 'The client secret of the app registration' })),
  GRAPH_CERTIFICATE_FILE: Type.Optional(
    pathVariable({ description: 'A PEM file with the private key and certificate of the app registration' })
  ),
  GRAPH_FEDERATED_TOKEN_FILE: Type.Optional(
    pathVariable({ description: 'A file with a token of an issuer that the app registration trusts' })
  ),
  GRAPH_MANAGED_IDENTITY: oneOf(['system-assigned', 'user-assigned'], {
    default: 'system-assigned',
    description: 'Which managed identity of the machine; user-assigned: that of GRAPH_CLIENT_ID'
  }),
  GRAPH_CA_FILE: Type.Optional(
    pathVariable({ description: 'One more CA to trust, PEM: a proxy, or the emulator' })
  ),
  EXPORT_MODE: Type.Union([Type.Literal('export'), Type.Literal('staging')], {
    default: 'export',
    description: 'staging: this exporter writes nothing to the tenant. export: what the API has set counts'
  }),
  ONPREMISES_ATTRIBUTES: oneOf(['off', 'on'], {
    default: 'off',
    description: "on: the users' on-premises attributes are written too, by Graph's beta version"
  }),
  MATCH_HARD: matchVariable('Take over accounts of the tenant that have the source anchor already'),
  MATCH_SOFT_UPN: matchVariable('Take over accounts that a new user shares userPrincipalName with'),
  MATCH_SOFT_MAIL: matchVariable('Take over accounts that a new user shares the primary address with'),
  GRAPH_WRITE_QUOTA: integerVariable({
    default: 3_000,
    minimum: 150,
    maximum: 10_000_000,
    description: 'Writes that Microsoft allows one application in one tenant in 150 seconds'
  }),
  GRAPH_RESOURCE_UNIT_QUOTA: integerVariable({
    default: 3_500,
    minimum: 100,
    maximum: 10_000_000,
    description:
      'Resource units that Microsoft allows it in 10 seconds: 3500 below 50 users, 5000 to 500, else 8000'
  }),
  GRAPH_QUOTA_SHARE: integerVariable({
    default: 80,
    minimum: 1,
    maximum: 100,
    description: 'How much of both quotas is used, in percent; the rest is for other applications'
  }),
  EXPORT_CONCURRENCY: integerVariable({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Messages that are exported at the same time'
  }),
  DELETE_THRESHOLD: integerVariable({
    default: 500,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'Deletes of users, and of groups, within an hour that pass without a person; above it they wait'
  }),
  DELETE_THRESHOLD_PERCENT: integerVariable({
    default: 20,
    minimum: 0,
    maximum: 100,
    description:
      'The same as a share of the users, or groups, in the tenant, from 21 deletes on; 100: no limit'
  }),
  MEMBER_REMOVAL_THRESHOLD: integerVariable({
    default: 5_000,
    minimum: 0,
    maximum: 10_000_000,
    description: 'Members that all groups together lose within an hour without a person; above it they wait'
  }),
  MEMBER_REMOVAL_PERCENT: integerVariable({
    default: 50,
    minimum: 0,
    maximum: 100,
    description: 'The largest share of its members that a group of 20 or more loses so; 100: no limit'
  }),
  DELETE_AFTER_DAYS: Type.String({
    pattern: '^(never|[0-9]{1,4})$',
    default: '0',
    description:
      'Days until a delete is sent; users are disabled at once. 0: deletes are sent at once. never: not at all'
  }),
  QUARANTINE_RETRY_SECONDS: integerVariable({
    default: 300,
    minimum: 1,
    maximum: 604_800,
    description: 'Seconds until a refused write is tried again'
  }),
  DRIFT_POLICY: Type.Union([Type.Literal('put-back'), Type.Literal('report')], {
    default: 'put-back',
    description: 'report: what somebody changes in the tenant is told, and stays until a person decides'
  }),
  VANISHED_THRESHOLD: integerVariable({
    default: 500,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'Users, and groups, that somebody has deleted in the tenant within an hour and that are put back without a person; above it they wait'
  }),
  VANISHED_THRESHOLD_PERCENT: integerVariable({
    default: 20,
    minimum: 0,
    maximum: 100,
    description:
      'The same as a share of the users, or groups, that should be there, from 21 on; 100: no limit'
  }),
  CONFIRM_SECONDS: integerVariable({
    default: 60,
    minimum: 1,
    maximum: 86_400,
    description: 'Seconds between two readings of what has changed in the tenant'
  }),
  CONFIRM_GRACE_SECONDS: integerVariable({
    default: 60,
    minimum: 0,
    maximum: 3_600,
    description: 'Seconds after a write in which the tenant may still tell of something else'
  }),
  TENANT_SNAPSHOT_HOURS: integerVariable({
    default: 6,
    minimum: 1,
    maximum: 168,
    description: 'Hours between two readings of what the tenant has, for the readiness report'
  }),
  SWEEP_SECONDS
})
