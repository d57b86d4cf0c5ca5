import {
  booleanVariable,
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

export const ImportConfig = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  REDIS_URL,
  AD_URL: urlVariable({
    schemes: ['ldaps', 'ldap'],
    description:
      'The domain controller: ldaps://dc1.corp.example.com, or ldap:// together with AD_START_TLS=true'
  }),
  AD_START_TLS: booleanVariable({ default: false, description: 'Start TLS on an ldap:// address' }),
  AD_BIND_DN: Type.String({ minLength: 1, description: 'The service account: a DN, a UPN or DOMAIN\\user' }),
  AD_PASSWORD: secret({ description: 'The password of the service account' }),
  AD_CA_FILE: Type.Optional(
    pathVariable({ description: "The CA of the domain controller's certificate, PEM" })
  ),
  AD_SERVER_NAME: Type.Optional(
    Type.String({ minLength: 1, description: 'The name to check in the certificate, if not that of AD_URL' })
  ),
  AD_CONNECTOR: Type.Optional(
    Type.String({ minLength: 1, description: 'The name of the connector, if not the DNS name of the domain' })
  ),
  AD_POLL_SECONDS: integerVariable({
    default: 60,
    minimum: 1,
    maximum: 3_600,
    description: 'Seconds between imports when no change notification arrives'
  }),
  SWEEP_SECONDS
})
