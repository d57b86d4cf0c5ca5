import { SetupError } from '@opendirsync/contracts'

/** Microsoft's clouds. Tokens of one are worth nothing in another. */
export type Cloud = 'global' | 'us-gov' | 'us-gov-dod' | 'china'

interface Addresses {
  readonly graph: string
  /** The first is the one to ask; the others are known to give tokens of the same cloud. */
  readonly tokenHosts: readonly [string, ...string[]]
}

/**
 * https://learn.microsoft.com/graph/deployments; the second host of China is the one that Microsoft's identity
 * libraries name.
 */
const addresses: Readonly<Record<Cloud, Addresses>> = {
  global: {
    graph: 'https://graph.microsoft.com',
    tokenHosts: [
      'https://login.microsoftonline.com',
      'https://login.microsoft.com',
      'https://login.windows.net'
    ]
  },
  'us-gov': {
    graph: 'https://graph.microsoft.us',
    tokenHosts: ['https://login.microsoftonline.us']
  },
  'us-gov-dod': {
    graph: 'https://dod-graph.microsoft.us',
    tokenHosts: ['https://login.microsoftonline.us']
  },
  china: {
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    tokenHosts: ['https://login.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn']
  }
}

interface EndpointOptions {
  /** `global` when it is missing. */
  readonly cloud?: Cloud
  /** In place of the cloud's own: a proxy, or the emulator. https only. */
  readonly graphUrl?: string
  /** The same for the host that gives tokens. */
  readonly authorityHost?: string
}

/** Where a tenant is spoken to. All are origins, without a slash at the end. */
export interface Endpoints {
  readonly graphUrl: string
  readonly authorityHost: string
  /** What a token is asked for: Graph of the cloud, also behind a proxy. */
  readonly resource: string
  /** False for a host of which Microsoft's directory of authorities knows nothing. */
  readonly isMicrosofts: boolean
}

/**
 * @throws SetupError `graph-url`, `graph-authority` when an address is not https; `graph-cloud` when the two belong to
 *   different clouds
 */
export function endpointsOf({ cloud = 'global', ...given }: EndpointOptions): Endpoints {
  const graphUrl = originOf(given.graphUrl ?? addresses[cloud].graph, 'graph-url')
  const authorityHost = originOf(given.authorityHost ?? addresses[cloud].tokenHosts[0], 'graph-authority')

  const all = Object.entries(addresses) as [Cloud, Addresses][]
  const ofGraph = all.filter(([, { graph }]) => graph === graphUrl).map(([name]) => name)
  const ofTokens = all
    .filter(([, { tokenHosts }]) => tokenHosts.includes(authorityHost))
    .map(([name]) => name)
  const known = ofGraph.length > 0 && ofTokens.length > 0
  if (known && !ofTokens.some(name => ofGraph.includes(name))) {
    throw new SetupError(
      'graph-cloud',
      `${host(authorityHost)} gives tokens of the cloud ${ofTokens.join(' or ')}, and ${host(graphUrl)} is Graph of the cloud ${ofGraph.join()}. ` +
        'Name the cloud of the tenant, and set the two addresses only for a proxy or the emulator.'
    )
  }
  const resource = addresses[ofGraph[0] ?? cloud].graph
  return { graphUrl, authorityHost, resource, isMicrosofts: ofTokens.length > 0 }
}

function host(origin: string): string {
  return new URL(origin).host
}

function originOf(address: string, code: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:') {
    throw new SetupError(
      code,
      `${address} is not an https address. Graph and its token endpoint are spoken to over https only.`
    )
  }
  return url.origin
}
