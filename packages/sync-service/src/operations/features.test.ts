import { expect, it } from 'vitest'
import { featuresOf, withFeature } from './features.ts'

it('the bits of a number are features', () => {
  const on = Object.entries(featuresOf(41_016)).flatMap(([name, isOn]) => (isOn ? [name] : []))
  expect(on).toEqual([
    'duplicateUpnResiliency',
    'softMatchOnUpn',
    'duplicateProxyAddressResiliency',
    'synchronizeUpnForManagedUsers'
  ])
})

it('one is changed, and those without a name stay', () => {
  expect(withFeature(41_016, 'passwordHashSync', true)).toBe(41_017)
  expect(withFeature(41_017, 'passwordHashSync', false)).toBe(41_016)
  expect(withFeature(41_017, 'passwordHashSync', true)).toBe(41_017)
})
