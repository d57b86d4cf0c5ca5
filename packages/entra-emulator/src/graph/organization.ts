import { domainProperties, organizationProperties } from '../model/complex-types.ts'
import type { PropertyDefinition } from '../model/property-definition.ts'
import type { TenantDomain } from '../state/tenant.ts'
import { malformed, notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, ok } from './graph-request.ts'
import { contextOf, selectedNames } from './lists.ts'

export function listOrganization(request: GraphRequest): GraphResponse {
  const context = contextOf(request, `organization${selectedNames(request)}`)
  return ok({ '@odata.context': context, value: [selected(request, 'organization', organization(request))] })
}

export function getOrganization(request: GraphRequest, id: string): GraphResponse {
  if (id.toLowerCase() !== request.tenant.tenant.id.toLowerCase()) throw notFound(id)
  const context = contextOf(request, `organization${selectedNames(request)}/$entity`)
  return ok({ '@odata.context': context, ...selected(request, 'organization', organization(request)) })
}

export function listDomains(request: GraphRequest): GraphResponse {
  const { domains } = request.tenant.tenant
  const value = domains.map(each => selected(request, 'domain', domain(each)))
  return ok({ '@odata.context': contextOf(request, `domains${selectedNames(request)}`), value })
}

export function getDomain(request: GraphRequest, name: string): GraphResponse {
  const found = request.tenant.tenant.domains.find(each => each.name === name.toLowerCase())
  if (found === undefined) throw notFound(name)
  const context = contextOf(request, `domains${selectedNames(request)}/$entity`)
  return ok({ '@odata.context': context, ...selected(request, 'domain', domain(found)) })
}

/** Of what the emulated tenant has none. */
export function emptyList(entitySet: string) {
  return (request: GraphRequest): GraphResponse =>
    ok({ '@odata.context': contextOf(request, entitySet), value: [] })
}

export function neverFound(_request: GraphRequest, id: string): GraphResponse {
  throw notFound(id)
}

function organization({ tenant: { tenant } }: GraphRequest): Record<string, unknown> {
  return {
    id: tenant.id,
    deletedDateTime: null,
    assignedPlans: [],
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: tenant.countryLetterCode,
    createdDateTime: tenant.createdDateTime,
    displayName: tenant.displayName,
    marketingNotificationEmails: [],
    onPremisesLastSyncDateTime: null,
    onPremisesSyncEnabled: tenant.onPremisesSyncEnabled,
    postalCode: null,
    preferredLanguage: 'en',
    provisionedPlans: [],
    securityComplianceNotificationMails: [],
    securityComplianceNotificationPhones: [],
    state: null,
    street: null,
    technicalNotificationMails: [],
    tenantType: 'AAD',
    verifiedDomains: tenant.domains.filter(each => each.isVerified).map(verifiedDomain)
  }
}

function verifiedDomain({ name, isDefault, isInitial, authenticationType }: TenantDomain) {
  return {
    capabilities: 'Email, OfficeCommunicationsOnline',
    isDefault,
    isInitial,
    name,
    type: authenticationType
  }
}

function domain({ name, isVerified, isDefault, isInitial, authenticationType }: TenantDomain) {
  return {
    id: name,
    authenticationType,
    availabilityStatus: null,
    isAdminManaged: true,
    isDefault,
    isInitial,
    isRoot: true,
    isVerified,
    manufacturer: null,
    model: null,
    passwordNotificationWindowInDays: 14,
    passwordValidityPeriodInDays: 2147483647,
    supportedServices: isVerified ? ['Email', 'OfficeCommunicationsOnline'] : []
  }
}

const models: Readonly<Record<'organization' | 'domain', readonly PropertyDefinition[]>> = {
  organization: organizationProperties,
  domain: domainProperties
}

function selected(
  request: GraphRequest,
  type: 'organization' | 'domain',
  whole: Record<string, unknown>
): Record<string, unknown> {
  const names = request.query.get('$select')?.split(',')
  if (names === undefined) return whole
  const known = models[type]
  const unknown = names.find(name => name !== 'id' && !known.some(property => property.name === name))
  if (unknown !== undefined) {
    throw malformed(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type ` +
        `'microsoft.graph.${type}'.`
    )
  }
  return Object.fromEntries(names.map(name => [name, whole[name] ?? null]))
}
