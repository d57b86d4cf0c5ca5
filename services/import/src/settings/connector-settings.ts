import { ScopeInput } from '@opendirsync/contracts'
import type { CsvMapping } from '@opendirsync/csv-directory'
import { type Static, Type } from 'typebox'

/** Where the domain controllers of a connector are found. */
export type ControllerSource =
  | { readonly kind: 'list'; readonly urls: readonly string[] }
  | {
      readonly kind: 'dns'
      readonly domain: string
      readonly site?: string
      /** IP addresses, with a port if need be. */
      readonly dnsServers?: readonly string[]
    }

export interface ActiveDirectorySettings {
  readonly kind: 'active-directory'
  /** `undefined`: the DNS name of the domain. */
  readonly name: string | undefined
  readonly controllers: ControllerSource
  /** On `ldap://` addresses, and in place of LDAPS on controllers that DNS names. */
  readonly startTls: boolean
  readonly bindDn: string
  /**
   * Reads it anew, for each connect: a file that was replaced counts from the next one on.
   *
   * @throws SetupError `ad-password-file`
   */
  readonly password: () => Promise<string>
  readonly caFile?: string
  readonly serverName?: string
  readonly objectSecurity: boolean
  readonly pollMs: number
  /** A cron pattern of five parts, in UTC. */
  readonly fullImport?: string
  /** The scope that the connector begins with. */
  readonly scope?: ScopeInput
}

export interface CsvSettings {
  readonly kind: 'csv'
  readonly name: string
  /** Watched for `*.csv`; without it files come over the API only. */
  readonly folder?: string
  readonly mapping: CsvMapping
  readonly pollMs: number
  readonly scope?: ScopeInput
}

export type ConnectorSettings = ActiveDirectorySettings | CsvSettings

const text = (description: string) => Type.String({ minLength: 1, description })
const optionalText = (description: string) => Type.Optional(text(description))
const closed = { additionalProperties: false } as const

const common = {
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$',
    description: 'the name of the connector: letters, digits, dot, dash and underscore'
  }),
  pollSeconds: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 3_600, description: 'seconds between looks for news' })
  ),
  scope: Type.Optional(ScopeInput)
}

/** A connector of kind `active-directory` as the connectors file has it. */
export const ActiveDirectoryEntry = Type.Object(
  {
    ...common,
    kind: Type.Optional(Type.Literal('active-directory')),
    controllers: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^(ldaps|ldap)://[^\\s/@]+$',
          description: 'an address such as ldaps://dc1.corp.example.com'
        }),
        { minItems: 1, uniqueItems: true, description: 'addresses of domain controllers' }
      )
    ),
    discover: Type.Optional(
      Type.Object(
        {
          domain: text('the DNS name of the domain'),
          site: optionalText('the name of an Active Directory site'),
          dnsServers: Type.Optional(
            Type.Array(text('the address of a DNS server, such as 10.0.0.1 or 10.0.0.1:53'), { minItems: 1 })
          )
        },
        closed
      )
    ),
    startTls: Type.Optional(Type.Boolean()),
    bindDn: text('the service account: a distinguished name, a userPrincipalName, or DOMAIN\\user'),
    passwordFile: text('the file that holds its password'),
    caFile: optionalText('the CA of the certificates of the domain controllers, PEM'),
    serverName: optionalText('the name to check in the certificate'),
    objectSecurity: Type.Optional(Type.Boolean()),
    fullImport: optionalText('a cron pattern')
  },
  closed
)
export type ActiveDirectoryEntry = Static<typeof ActiveDirectoryEntry>

/** A connector of kind `csv` as the connectors file has it. */
export const CsvEntry = Type.Object(
  {
    ...common,
    kind: Type.Literal('csv'),
    folder: optionalText('the folder that is watched for *.csv'),
    anchorColumn: text('the header of the column that identifies a person for good'),
    columns: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Unsafe<string | null>({
          type: ['string', 'null'],
          pattern: '^[A-Za-z][A-Za-z0-9-]{0,255}$',
          description: "the name of an attribute in AD's schema, or null to leave the column out"
        }),
        {
          description:
            "the header of a column to an attribute of AD's schema; others are known by their own names"
        }
      )
    ),
    delimiter: Type.Optional(
      Type.Union([Type.Literal(','), Type.Literal(';'), Type.Literal('\t'), Type.Literal('|')], {
        description: 'a comma, a semicolon, a tab or a vertical bar'
      })
    ),
    encoding: Type.Optional(
      Type.Union([Type.Literal('utf-8'), Type.Literal('utf-16le'), Type.Literal('windows-1252')], {
        description: 'utf-8, utf-16le or windows-1252'
      })
    ),
    multiValueSeparator: optionalText('what stands between the values of one field')
  },
  closed
)
export type CsvEntry = Static<typeof CsvEntry>
