import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createAuthority, createServerCertificate } from './certificate.ts'

const authority = createAuthority('A test authority')
const server = createServerCertificate(authority, ['localhost', '127.0.0.1', 'tenant.example'])
const [root, leaf] = [
  new X509Certificate(authority.certificatePem),
  new X509Certificate(server.certificatePem)
]

test('the authority signs itself and may sign others', () => {
  expect(root.ca).toBe(true)
  expect(root.subject).toBe('CN=A test authority')
  expect(root.checkIssued(root)).toBe(true)
  expect(root.verify(root.publicKey)).toBe(true)
})

test('the server certificate is signed by the authority and is no authority', () => {
  expect(leaf.ca).toBe(false)
  expect(leaf.checkIssued(root)).toBe(true)
  expect(leaf.verify(root.publicKey)).toBe(true)
  expect(leaf.verify(leaf.publicKey)).toBe(false)
})

test('it is for its names and addresses, and for no other', () => {
  expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, DNS:tenant.example')
  expect(leaf.checkHost('tenant.example')).toBe('tenant.example')
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(leaf.checkHost('graph.microsoft.com')).toBeUndefined()
})

test('it is valid now, and belongs to its key', () => {
  expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now())
  expect(Date.parse(leaf.validTo)).toBeGreaterThan(Date.now() + 300 * 86_400_000)
  expect(leaf.checkPrivateKey(server.privateKey)).toBe(true)
})

test('an IPv6 address is refused', () => {
  expect(() => createServerCertificate(authority, ['::1'])).toThrow('IPv4 addresses and names only')
})
