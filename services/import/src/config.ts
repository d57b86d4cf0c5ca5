import {
  booleanVariable,
  commonVariables,
  integerVariable,
  POSTGRES_URL,
  pathVariable,
  REDIS_URL,
  SWEEP_SECONDS,
  secret
} from '@opendirsync/runtime'
import { Type } from 'typebox'

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))

/**
 * A single connector is described by the AD_ variables, several by the file. That one way is used, and is whole, is
 * checked by `connectorSettings`.
 */
export const ImportConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  CONNECTORS_FILE: Type.Optional(pathVariable({ description: 'A YAML file that describes the connectors' })),
  AD_URL: Type.Optional(
    Type.Array(Type.String({ pattern: '^(ldaps|ldap)://[^\\s/@]+$' }), {
      minItems: 1,
      description:
        'The domain controllers: ldaps://dc1.corp.example.com,ldaps://dc2.corp.example.com, or ldap:// together with AD_START_TLS=true'
    })
  ),
  AD_DOMAIN: text('The DNS name of the domain whose controllers are found by DNS'),
  AD_SITE: text('The Active Directory site whose controllers come first'),
  AD_DNS_SERVERS: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, description: 'Addresses of the DNS servers to ask' })
  ),
  AD_START_TLS: booleanVariable({ default: false, description: 'Start TLS on ldap:// addresses' }),
  AD_BIND_DN: text('The service account: a DN, a UPN or DOMAIN\\user'),
  AD_PASSWORD: Type.Optional(secret({ description: 'The password of the service account' })),
  AD_CA_FILE: Type.Optional(
    pathVariable({ description: "The CA of the domain controllers' certificates, PEM" })
  ),
  AD_SERVER_NAME: text('The name to check in the certificate, if not that of the address'),
  AD_CONNECTOR: text('The name of the connector, if not the DNS name of the domain'),
  AD_OBJECT_SECURITY: booleanVariable({
    default: false,
    description: 'Import what the account may read, without the right to replicate'
  }),
  AD_POLL_SECONDS: integerVariable({
    default: 60,
    minimum: 1,
    maximum: 3_600,
    description: 'Seconds between imports when no change notification arrives'
  }),
  AD_FULL_IMPORT: text('When to make a full import: a cron pattern, UTC'),
  SWEEP_SECONDS
})
