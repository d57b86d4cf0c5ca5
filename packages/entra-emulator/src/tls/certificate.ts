import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  bits,
  der,
  explicit,
  implicit,
  integer,
  nothing,
  objectId,
  octets,
  sequence,
  set,
  utcTime,
  utf8,
  yes
} from './der.ts'

export interface KeyAndCertificate {
  readonly commonName: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly keyPem: string
  readonly certificatePem: string
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'))
const rsaWithSha256 = sequence(objectId('1.2.840.113549.1.1.11'), nothing())
const validDays = 365

/** A certificate authority that signs itself (RFC 5280), with an EC or an RSA key. */
export function createAuthority(commonName: string, keys: Keys = ecKeys()): KeyAndCertificate {
  const extensions = [
    extension('2.5.29.19', true, sequence(yes())),
    extension('2.5.29.15', true, bits(Buffer.from([0b0000_0110]), 1)),
    extension('2.5.29.14', false, octets(keyId(keys.publicKey)))
  ]
  return certificate(commonName, keys, { commonName, ...keys }, extensions)
}

/** A server's certificate for host names and IP addresses, signed by the authority. */
export function createServerCertificate(
  authority: KeyAndCertificate,
  names: readonly string[]
): KeyAndCertificate {
  const keys = ecKeys()
  const extensions = [
    extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)),
    extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...names.map(subjectAlternativeName))),
    extension('2.5.29.35', false, sequence(implicit(0, keyId(authority.publicKey))))
  ]
  return certificate(names[0] ?? 'localhost', keys, authority, extensions)
}

export interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function ecKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function certificate(
  commonName: string,
  keys: Keys,
  issuer: Keys & { readonly commonName: string },
  extensions: readonly Buffer[]
): KeyAndCertificate {
  const dayMs = 86_400_000
  const validity = sequence(
    utcTime(new Date(Date.now() - dayMs)),
    utcTime(new Date(Date.now() + validDays * dayMs))
  )
  const serial = randomBytes(16)
  // A positive number of 16 bytes, none of them lost to DER's shortest form.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const algorithm = issuer.privateKey.asymmetricKeyType === 'rsa' ? rsaWithSha256 : ecdsaWithSha256
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name(issuer.commonName),
    validity,
    name(commonName),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions))
  )
  const signature = bits(sign('sha256', body, issuer.privateKey))
  return {
    commonName,
    ...keys,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: pem(sequence(body, algorithm, signature))
  }
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(objectId(id), yes(), octets(value)) : sequence(objectId(id), octets(value))
}

function subjectAlternativeName(host: string): Buffer {
  if (isIP(host) === 0) return implicit(2, Buffer.from(host))
  if (isIP(host) === 6)
    throw new TypeError(`The certificate takes IPv4 addresses and names only, not ${host}`)
  return implicit(7, Buffer.from(host.split('.').map(Number)))
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(der(0x30, key.export({ type: 'spki', format: 'der' })))
    .digest()
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
