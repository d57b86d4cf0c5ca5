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

const matchVariable = (description: string) =>
  Type.Union([Type.Literal('allow'), Type.Literal('block')], { default: 'allow', description })

export const ExportConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  GRAPH_URL: urlVariable({
    default: 'https://graph.microsoft.com',
    description: 'The Microsoft Graph endpoint'
  }),
  GRAPH_AUTHORITY_HOST: urlVariable({
    default: 'https://login.microsoftonline.com',
    description: 'The host that gives tokens'
  }),
  GRAPH_TENANT_ID: Type.String({ minLength: 1, description: 'The id of the tenant' }),
  GRAPH_CLIENT_ID: Type.String({ minLength: 1, description: 'The id of the app registration' }),
  GRAPH_CLIENT_SECRET: Type.Optional(secret({ description: 'The client secret of the app registration' })),
  GRAPH_CERTIFICATE_FILE: Type.Optional(
    pathVariable({ description: 'A PEM file with the private key and certificate of the app registration' })
  ),
  GRAPH_CA_FILE: Type.Optional(
    pathVariable({ description: 'One more CA to trust, PEM: a proxy, or the emulator' })
  ),
  EXPORT_MODE: Type.Union([Type.Literal('export'), Type.Literal('staging')], {
    default: 'export',
    description: 'staging: import and synchronise, and write nothing to the tenant'
  }),
  MATCH_HARD: matchVariable('Take over accounts of the tenant that have the source anchor already'),
  MATCH_SOFT_UPN: matchVariable('Take over accounts that a new user shares userPrincipalName with'),
  MATCH_SOFT_MAIL: matchVariable('Take over accounts that a new user shares the primary address with'),
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
    description: 'Deletes within an hour that pass without a person; above it deletes wait'
  }),
  QUARANTINE_RETRY_SECONDS: integerVariable({
    default: 3_600,
    minimum: 1,
    maximum: 604_800,
    description: 'Seconds until a refused write is tried again'
  }),
  TENANT_SNAPSHOT_HOURS: integerVariable({
    default: 6,
    minimum: 1,
    maximum: 168,
    description: 'Hours between two readings of what the tenant has, for the readiness report'
  }),
  SWEEP_SECONDS
})
