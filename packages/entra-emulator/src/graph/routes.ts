import { contactMemberOf, getContact, listContacts } from './contacts.ts'
import { getDeleted, listDeleted, purgeDeleted, restoreDeleted } from './deleted-items.ts'
import { delta } from './delta.ts'
import { deleteDirectoryObject, getByIds, getDirectoryObject } from './directory-objects.ts'
import { entityTypes } from './entity.ts'
import type { GraphHandler } from './graph-request.ts'
import * as groups from './groups.ts'
import { deleteManager, getManager, getManagerReference, putManager } from './manager.ts'
import * as members from './members.ts'
import { getMetadata } from './metadata.ts'
import {
  emptyList,
  getDomain,
  getOrganization,
  listDomains,
  listOrganization,
  neverFound
} from './organization.ts'
import { Router } from './router.ts'
import * as users from './users.ts'

/** Every address that the emulator answers, with `$batch` apart. */
const table: readonly (readonly [operation: string, handler: GraphHandler])[] = [
  ['GET /users', users.listUsers],
  ['POST /users', users.createUser],
  ['GET /users/$count', users.countUsers],
  ['GET /users/delta', delta(entityTypes.user)],
  ['GET /users/{id}', users.getUser],
  ['PATCH /users/{id}', users.updateUser],
  ['DELETE /users/{id}', users.deleteUser],
  ['GET /users/{id}/manager', getManager],
  ['GET /users/{id}/manager/$ref', getManagerReference],
  ['PUT /users/{id}/manager/$ref', putManager],
  ['DELETE /users/{id}/manager/$ref', deleteManager],
  ['GET /users/{id}/directReports', users.directReports],
  ['GET /users/{id}/memberOf', users.userMemberOf],
  ['GET /users/{id}/memberOf/{type}', users.userMemberOf],
  ['GET /users/{id}/transitiveMemberOf', users.userTransitiveMemberOf],
  ['GET /users/{id}/transitiveMemberOf/{type}', users.userTransitiveMemberOf],

  ['GET /groups', groups.listGroups],
  ['POST /groups', groups.createGroup],
  ['GET /groups/$count', groups.countGroups],
  ['GET /groups/delta', delta(entityTypes.group)],
  ['GET /groups(uniqueName)/{name}', groups.getGroupByUniqueName],
  ['PATCH /groups(uniqueName)/{name}', groups.upsertGroup],
  ['DELETE /groups(uniqueName)/{name}', groups.deleteGroupByUniqueName],
  ['GET /groups/{id}', groups.getGroup],
  ['PATCH /groups/{id}', groups.updateGroup],
  ['DELETE /groups/{id}', groups.deleteGroup],
  ['GET /groups/{id}/members', members.listRelated('members')],
  ['GET /groups/{id}/members/{type}', members.listRelated('members')],
  ['GET /groups/{id}/members/$count', members.countRelated('members')],
  ['GET /groups/{id}/members/$ref', members.listReferences('members')],
  ['POST /groups/{id}/members/$ref', members.addReference('members')],
  ['DELETE /groups/{id}/members/{id}/$ref', members.removeReference('members')],
  ['GET /groups/{id}/owners', members.listRelated('owners')],
  ['GET /groups/{id}/owners/$ref', members.listReferences('owners')],
  ['POST /groups/{id}/owners/$ref', members.addReference('owners')],
  ['DELETE /groups/{id}/owners/{id}/$ref', members.removeReference('owners')],
  ['GET /groups/{id}/transitiveMembers', members.groupTransitiveMembers],
  ['GET /groups/{id}/transitiveMembers/{type}', members.groupTransitiveMembers],
  ['GET /groups/{id}/memberOf', members.groupMemberOf],
  ['GET /groups/{id}/memberOf/{type}', members.groupMemberOf],
  ['GET /groups/{id}/transitiveMemberOf', members.groupTransitiveMemberOf],
  ['GET /groups/{id}/transitiveMemberOf/{type}', members.groupTransitiveMemberOf],

  ['GET /directoryObjects/{id}', getDirectoryObject],
  ['DELETE /directoryObjects/{id}', deleteDirectoryObject],
  ['POST /directoryObjects/getByIds', getByIds],
  ['GET /directory/deletedItems', listDeleted],
  ['GET /directory/deletedItems/{id}', getDeleted],
  ['DELETE /directory/deletedItems/{id}', purgeDeleted],
  ['POST /directory/deletedItems/{id}/restore', restoreDeleted],

  ['GET /organization', listOrganization],
  ['GET /organization/{id}', getOrganization],
  ['GET /domains', listDomains],
  ['GET /domains/{name}', getDomain],
  ['GET /contacts', listContacts],
  ['GET /contacts/{id}', getContact],
  ['GET /contacts/{id}/memberOf', contactMemberOf],
  ['GET /subscribedSkus', emptyList('subscribedSkus')],
  ['GET /subscribedSkus/{id}', neverFound],
  ['GET /$metadata', getMetadata]
]

export function graphRouter(): Router {
  const router = new Router()
  for (const [operation, handler] of table) {
    const [method = '', pattern = ''] = operation.split(' ')
    router.add({ method, pattern, handler })
  }
  return router
}

/** Method and pattern of everything that is routed. */
export const graphOperations: readonly string[] = table.map(([operation]) => operation)
