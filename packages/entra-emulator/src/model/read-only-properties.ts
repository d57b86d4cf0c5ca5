import {
  complexes,
  date,
  flag,
  matched,
  type PropertyDefinition,
  readOnly,
  shown,
  text,
  texts
} from './property-definition.ts'

/** The orgContact of Graph v1.0. Exchange Online and Microsoft's own synchronisation make them, Graph only shows them. */
export const contactProperties: readonly PropertyDefinition[] = [
  complexes('addresses', 'physicalOfficeAddress', { ...shown, ...readOnly }),
  text('companyName', { ...shown, ...readOnly, ...matched }),
  date('deletedDateTime', readOnly),
  text('department', { ...shown, ...readOnly, ...matched }),
  text('displayName', { ...shown, ...readOnly, ...matched }),
  text('givenName', { ...shown, ...readOnly, ...matched }),
  text('jobTitle', { ...shown, ...readOnly, ...matched }),
  text('mail', { ...shown, ...readOnly, ...matched }),
  text('mailNickname', { ...shown, ...readOnly, ...matched }),
  date('onPremisesLastSyncDateTime', { ...shown, ...readOnly, filter: ['eq', 'in', 'ge', 'le'] }),
  complexes('onPremisesProvisioningErrors', 'onPremisesProvisioningError', { ...shown, ...readOnly }),
  flag('onPremisesSyncEnabled', { ...shown, ...readOnly, filter: ['eq', 'in'] }),
  complexes('phones', 'phone', { ...shown, ...readOnly }),
  texts('proxyAddresses', { ...shown, ...readOnly, filter: ['any'] }),
  complexes('serviceProvisioningErrors', 'serviceProvisioningError', readOnly),
  text('surname', { ...shown, ...readOnly, ...matched })
]

/** A directory role that is in use in the tenant. */
export const directoryRoleProperties: readonly PropertyDefinition[] = [
  date('deletedDateTime', readOnly),
  text('description', { ...shown, ...readOnly }),
  text('displayName', { ...shown, ...readOnly, filter: ['eq'] }),
  text('roleTemplateId', { ...shown, ...readOnly, filter: ['eq'] })
]
