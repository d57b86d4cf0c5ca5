import { noFlow, outbound, warn } from '../attribute-flow.ts'
import { text } from '../values.ts'

/** ISO 3166 alpha-2. Not nullable in Graph, and ignored by Entra Connect's rules when empty. */
export const usageLocation = outbound({
  target: 'usageLocation',
  sources: ['msExchUsageLocation'],
  flow({ msExchUsageLocation }) {
    const country = text(msExchUsageLocation)?.toUpperCase()
    if (country === undefined) return noFlow
    if (/^[A-Z]{2}$/.test(country)) return country
    return warn({
      code: 'usage-location-invalid',
      attribute: 'msExchUsageLocation',
      message: `msExchUsageLocation "${country}" is not a two-letter country code and was left out. Correct it.`
    })
  }
})
