/**
 * Where the domain controllers of a domain are found.
 *
 * Every connection is inside TLS, and the certificate's name is checked against the name that was asked for: LDAPS by
 * default, or StartTLS where only port 389 is open. Inside TLS we log on with a simple bind. That satisfies controllers
 * which require LDAP signing: signing is for binds outside TLS, and Active Directory refuses it inside (MS-ADTS sections
 * 5.1.2.1 and 5.1.2.2, and the policy "Domain controller: LDAP server signing requirements"). Channel binding
 * (`LdapEnforceChannelBinding`, MS-ADTS section 5.1.2.2) ties a SASL logon to its TLS connection by a token
 * (RFC 5056, RFC 5929); a simple bind carries no such token, and its protection is the checked certificate.
 */
export type ControllerSource = ListedControllers | ControllersInDns

/** In the order of preference. */
interface ListedControllers {
  readonly kind: 'list'
  /** As in `DirectoryServer`: `ldaps://host[:636]`, or `ldap://host[:389]` when the account says `startTls`. */
  readonly urls: readonly string[]
}

/** SRV records (MS-ADTS sections 6.3.2.3 and 6.3.6.1): those of the site first, then those of the whole domain. */
export interface ControllersInDns {
  readonly kind: 'dns'
  /** `corp.example.com` */
  readonly domain: string
  /** The Active Directory site that this machine stands in: its controllers come first. */
  readonly site?: string
  /** Who is asked, for the controllers' addresses too; the machine's own DNS servers and hosts file unless told otherwise. */
  readonly dnsServers?: readonly string[]
  /** For one question to one DNS server; default 2,000. */
  readonly dnsTimeoutMs?: number
  /** Default: 636, or 389 when the account says `startTls`. The port of the SRV records is that of plain LDAP. */
  readonly port?: number
}
