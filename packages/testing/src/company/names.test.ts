import { expect, it } from 'vitest'
import { rdn } from './directory-object.ts'
import { asAddress } from './names.ts'

it.each([
  ["Łukasz O'Brien", 'lukasz.obrien'],
  ['Şebnem Yıldız', 'sebnem.yildiz'],
  ['Sören Groß', 'soren.gross'],
  ['Øyvind Ødegård', 'oyvind.odegard'],
  ['Grace Smith-Jones', 'grace.smith-jones']
])('types %s as %s', (name, address) => {
  expect(asAddress(name)).toBe(address)
})

it.each([
  ['Byron, Ada', 'CN=Byron\\, Ada,OU=IT'],
  ['#Admin', 'CN=\\#Admin,OU=IT'],
  ['Sales+Service', 'CN=Sales\\+Service,OU=IT'],
  ['ends with a space ', 'CN=ends with a space\\ ,OU=IT'],
  ['Ada Byron', 'CN=Ada Byron,OU=IT']
])('escapes the name %s', (name, dn) => {
  expect(rdn('CN', name, 'OU=IT')).toBe(dn)
})
