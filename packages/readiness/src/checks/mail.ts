import { isPlainAddress, localPart, withLocalPart } from '../address/address.ts'
import { type AttributePlan, everything, spacesAround } from '../check.ts'
import { type AddressKind, addressChecks, misplacedPeriod, onAddress } from './address-checks.ts'
import { cutAddress, mailMaxLength, notInLocalPart, notInLocalPartText } from './smtp-address.ts'

const attributes = ['mail']

const kind: AddressKind = {
  attributes,
  objectTypes: everything,
  name: 'The mail address',
  prefixOf: () => '',
  forbidden: notInLocalPart,
  forbiddenText: notInLocalPartText
}

export const mail: AttributePlan = {
  attribute: 'mail',
  objectTypes: everything,
  values: 'first',
  clean: isPlainAddress,
  checks: [
    spacesAround(attributes),
    onAddress(kind, {
      code: 'address-prefix',
      severity: 'error',
      idfix: 'Format',
      confidence: 'certain',
      why: 'The mail attribute holds an address alone, without the prefix that proxyAddresses have.',
      mends: 'without the prefix',
      test: address => /^smtp:/i.test(address),
      mend: address => address.slice('smtp:'.length).trim()
    }),
    ...addressChecks(kind),
    misplacedPeriod(kind),
    onAddress(kind, {
      code: 'too-long',
      severity: 'error',
      idfix: 'Length',
      confidence: 'guess',
      why: `The mail address has ${mailMaxLength} characters at most.`,
      mends: 'cut before the @',
      test: address => address.length > mailMaxLength,
      mend: address => withLocalPart(address, cutAddress(localPart(address), address, mailMaxLength))
    })
  ]
}
