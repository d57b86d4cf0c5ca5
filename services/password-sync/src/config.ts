import {
  booleanVariable,
  commonVariables,
  integerVariable,
  POSTGRES_URL,
  pathVariable,
  secret,
  urlVariable
} from '@opendirsync/runtime'
import { Type } from 'typebox'

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))
const choice = <const Choice extends string>(first: Choice, second: Choice, description: string) =>
  Type.Unsafe<Choice>(
    Type.Union([Type.Literal(first), Type.Literal(second)], { default: first, description })
  )

/** What is needed only with PASSWORD_SYNC=on is checked by `passwordSyncSettings`. */
export const PasswordSyncConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  PASSWORD_SYNC: choice('off', 'on', 'on: password hashes are sent to the tenant'),
  AD_URL: Type.Optional(
    Type.Array(Type.String({ pattern: '^(ldaps|ldap)://[^\\s/@]+$' }), {
      minItems: 1,
      description: 'The domain controllers: ldaps://dc1.corp.example.com,ldaps://dc2.corp.example.com'
    })
  ),
  AD_DOMAIN: text('The DNS name of the domain whose controllers are found by DNS'),
  AD_SITE: text('The Active Directory site whose controllers come first'),
  AD_DNS_SERVERS: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, description: 'Addresses of the DNS servers to ask' })
  ),
  AD_START_TLS: booleanVariable({ default: false, description: 'Start TLS on ldap:// addresses' }),
  AD_BIND_DN: text('The service account of the import'),
  AD_PASSWORD: Type.Optional(secret({ description: 'Its password' })),
  AD_CA_FILE: Type.Optional(
    pathVariable({ description: "The CA of the domain controllers' certificates, PEM" })
  ),
  AD_SERVER_NAME: text('The name to check in the certificate, if not that of the address'),
  AD_CONNECTOR: text('The name of the connector, if not the DNS name of the domain'),
  PASSWORD_AD_BIND_DN: text('The account that may replicate passwords: a UPN or DOMAIN\\user'),
  PASSWORD_AD_PASSWORD: Type.Optional(secret({ description: 'Its password' })),
  PASSWORD_AD_SIGN_IN: choice('ntlm', 'kerberos', 'How that account signs in for replication'),
  PASSWORD_AD_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'The TCP port of replication, where the controllers have a fixed one'
    })
  ),
  PASSWORD_SYNC_SECONDS: integerVariable({
    default: 5,
    minimum: 1,
    maximum: 3_600,
    description: 'Seconds between looks for changed passwords when no change notification arrives'
  }),
  PASSWORD_SELECTION: choice(
    'all',
    'included',
    'included: only the passwords of people whose adminDescription is PHSIncluded'
  ),
  PASSWORD_WORKERS: integerVariable({
    default: 2,
    minimum: 1,
    maximum: 16,
    description: 'Threads that derive what is sent'
  }),
  GRAPH_TENANT_ID: text('The id of the tenant'),
  GRAPH_CLIENT_ID: text('The id of the app registration'),
  GRAPH_CERTIFICATE_FILE: Type.Optional(
    pathVariable({ description: 'A PEM file with the private key and certificate of the app registration' })
  ),
  GRAPH_CA_FILE: Type.Optional(
    pathVariable({ description: 'One more CA to trust, PEM: a proxy, or the emulator' })
  ),
  GRAPH_AUTHORITY_HOST: Type.Optional(
    urlVariable({ description: "Another host that gives tokens than the cloud's" })
  ),
  SYNC_SERVICE_URL: Type.Optional(
    urlVariable({ description: "Another synchronization service than the cloud's: the emulator" })
  ),
  EXPORT_MODE: choice('export', 'staging', 'staging: nothing is sent to the tenant')
})
