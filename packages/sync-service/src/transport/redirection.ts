import { UnavailableError } from '@opendirsync/contracts'
import { system } from './connection-error.ts'

/**
 * Where to repeat a call that was sent elsewhere: at the same path of the host that was named. Only a host beside the
 * service's own is followed, since it is given the token and the hashes.
 * @throws UnavailableError for any other host
 */
export function redirected(at: URL, endpoint: URL, named: URL): URL {
  const isBeside = named.hostname === endpoint.hostname || within(named.hostname, parentOf(endpoint.hostname))
  if (named.protocol !== 'https:' || !isBeside) {
    throw new UnavailableError(
      system,
      `${at.host} sends to ${named.protocol}//${named.host}, which is not one of the service's own hosts. Nothing was sent there. Check the address, and proxies on the way.`
    )
  }
  const url = new URL(at)
  url.host = named.host
  // A URL keeps its port when the new host names none.
  if (named.port === '') url.port = ''
  return url
}

/** `microsoftonline.com` of `adminwebservice.microsoftonline.com`; undefined where that would be a whole top level domain, or an address. */
function parentOf(hostname: string): string | undefined {
  const [, ...rest] = hostname.split('.')
  return rest.length >= 2 && !/^[\d.]+$/.test(hostname) ? rest.join('.') : undefined
}

function within(hostname: string, parent: string | undefined): boolean {
  return parent !== undefined && hostname.endsWith(`.${parent}`)
}
