import { needs } from '../model/application-permissions.ts'
import { contactMemberOf, getContact, listContacts } from './contacts.ts'
import { getDeleted, listDeleted, purgeDeleted, restoreDeleted } from './deleted-items.ts'
import { delta } from './delta.ts'
import { deleteDirectoryObject, getByIds, getDirectoryObject } from './directory-objects.ts'
import { entityTypes } from './entity.ts'
import type { GraphHandler, GraphVersion } from './graph-request.ts'
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
import {
  binReadNeeds,
  binWriteNeeds,
  groupUpdateNeeds,
  objectDeleteNeeds,
  type RouteNeeds,
  requireRouteNeeds,
  userUpdateNeeds
} from './permission-gate.ts'
import { Router } from './router.ts'
import { getSyncBehavior, updateSyncBehavior } from './sync-behavior.ts'
import * as users from './users.ts'

/** Every address of v1.0 that the emulator answers, with `$batch` apart, and what an application needs for it. */
const table: readonly RouteDefinition[] = [
  ['GET /users', users.listUsers, needs.readUsers],
  ['POST /users', users.createUser, needs.createUsers],
  ['GET /users/$count', users.countUsers, needs.readUsers],
  ['GET /users/delta', delta(entityTypes.user), needs.readUsers],
  ['GET /users/{id}', users.getUser, needs.readUsers],
  ['PATCH /users/{id}', users.updateUser, userUpdateNeeds],
  ['DELETE /users/{id}', users.deleteUser, needs.deleteUsers],
  ['GET /users/{id}/manager', getManager, needs.readUsers],
  ['GET /users/{id}/manager/$ref', getManagerReference, needs.readUsers],
  ['PUT /users/{id}/manager/$ref', putManager, needs.writeManager],
  ['DELETE /users/{id}/manager/$ref', deleteManager, needs.writeManager],
  ['GET /users/{id}/directReports', users.directReports, needs.readUsers],
  ['GET /users/{id}/memberOf', users.userMemberOf, needs.readMemberships],
  ['GET /users/{id}/memberOf/{type}', users.userMemberOf, needs.readMemberships],
  ['GET /users/{id}/transitiveMemberOf', users.userTransitiveMemberOf, needs.readMemberships],
  ['GET /users/{id}/transitiveMemberOf/{type}', users.userTransitiveMemberOf, needs.readMemberships],
  ['GET /users/{id}/onPremisesSyncBehavior', getSyncBehavior('user'), needs.switchUserAuthority],
  ['PATCH /users/{id}/onPremisesSyncBehavior', updateSyncBehavior('user'), needs.switchUserAuthority],

  ['GET /groups', groups.listGroups, needs.readGroups],
  ['POST /groups', groups.createGroup, needs.createGroups],
  ['GET /groups/$count', groups.countGroups, needs.readGroups],
  ['GET /groups/delta', delta(entityTypes.group), needs.readGroups],
  ['GET /groups(uniqueName)/{name}', groups.getGroupByUniqueName, needs.readGroups],
  ['PATCH /groups(uniqueName)/{name}', groups.upsertGroup, needs.writeGroups],
  ['DELETE /groups(uniqueName)/{name}', groups.deleteGroupByUniqueName, needs.writeGroups],
  ['GET /groups/{id}', groups.getGroup, needs.readGroups],
  ['PATCH /groups/{id}', groups.updateGroup, groupUpdateNeeds],
  ['DELETE /groups/{id}', groups.deleteGroup, needs.writeGroups],
  ['GET /groups/{id}/members', members.listRelated('members'), needs.readMembers],
  ['GET /groups/{id}/members/{type}', members.listRelated('members'), needs.readMembers],
  ['GET /groups/{id}/members/$count', members.countRelated('members'), needs.readMembers],
  ['GET /groups/{id}/members/$ref', members.listReferences('members'), needs.readMembers],
  ['POST /groups/{id}/members/$ref', members.addReference('members'), needs.writeMembers],
  ['DELETE /groups/{id}/members/{id}/$ref', members.removeReference('members'), needs.writeMembers],
  ['GET /groups/{id}/owners', members.listRelated('owners'), needs.readOwners],
  ['GET /groups/{id}/owners/$ref', members.listReferences('owners'), needs.readOwners],
  ['POST /groups/{id}/owners/$ref', members.addReference('owners'), needs.writeGroups],
  ['DELETE /groups/{id}/owners/{id}/$ref', members.removeReference('owners'), needs.writeGroups],
  ['GET /groups/{id}/transitiveMembers', members.groupTransitiveMembers, needs.readMembers],
  ['GET /groups/{id}/transitiveMembers/{type}', members.groupTransitiveMembers, needs.readMembers],
  ['GET /groups/{id}/memberOf', members.groupMemberOf, needs.readMembers],
  ['GET /groups/{id}/memberOf/{type}', members.groupMemberOf, needs.readMembers],
  ['GET /groups/{id}/transitiveMemberOf', members.groupTransitiveMemberOf, needs.readMembers],
  ['GET /groups/{id}/transitiveMemberOf/{type}', members.groupTransitiveMemberOf, needs.readMembers],
  ['GET /groups/{id}/onPremisesSyncBehavior', getSyncBehavior('group'), needs.switchGroupAuthority],
  ['PATCH /groups/{id}/onPremisesSyncBehavior', updateSyncBehavior('group'), needs.switchGroupAuthority],

  ['GET /directoryObjects/{id}', getDirectoryObject, needs.readDirectory],
  ['DELETE /directoryObjects/{id}', deleteDirectoryObject, objectDeleteNeeds],
  ['POST /directoryObjects/getByIds', getByIds, needs.readDirectory],
  ['GET /directory/deletedItems', listDeleted, needs.readDirectory],
  ['GET /directory/deletedItems/{id}', getDeleted, binReadNeeds],
  ['DELETE /directory/deletedItems/{id}', purgeDeleted, binWriteNeeds],
  ['POST /directory/deletedItems/{id}/restore', restoreDeleted, binWriteNeeds],

  ['GET /organization', listOrganization, needs.readOrganization],
  ['GET /organization/{id}', getOrganization, needs.readOrganization],
  ['GET /domains', listDomains, needs.readDomains],
  ['GET /domains/{name}', getDomain, needs.readDomains],
  ['GET /contacts', listContacts, needs.readContacts],
  ['GET /contacts/delta', delta(entityTypes.contact), needs.readContacts],
  ['GET /contacts/{id}', getContact, needs.readContacts],
  ['GET /contacts/{id}/memberOf', contactMemberOf, needs.readContactMemberships],
  ['GET /contacts/{id}/onPremisesSyncBehavior', getSyncBehavior('contact'), needs.switchContactAuthority],
  [
    'PATCH /contacts/{id}/onPremisesSyncBehavior',
    updateSyncBehavior('contact'),
    needs.switchContactAuthority
  ],
  ['GET /subscribedSkus', emptyList('subscribedSkus'), needs.readSkus],
  ['GET /subscribedSkus/{id}', neverFound, needs.readSkus],
  ['GET /$metadata', getMetadata, 'nothing']
]

/** Of beta only what brings attributes from on-premises to a user, and the source of authority. */
const betaTable: readonly RouteDefinition[] = table.filter(([operation]) =>
  /^(GET|PATCH) \/users\/\{id\}$|\/onPremisesSyncBehavior$/.test(operation)
)

type RouteDefinition = readonly [operation: string, handler: GraphHandler, needs: RouteNeeds]

export function graphRouters(): Readonly<Record<GraphVersion, Router>> {
  return { 'v1.0': routerOf(table), beta: routerOf(betaTable) }
}

function routerOf(routes: readonly RouteDefinition[]): Router {
  const router = new Router()
  for (const [operation, handler, routeNeeds] of routes) {
    const [method = '', pattern = ''] = operation.split(' ')
    router.add({
      method,
      pattern,
      handler: (request, ...parameters) => {
        requireRouteNeeds(request, routeNeeds, parameters)
        return handler(request, ...parameters)
      }
    })
  }
  return router
}

/** Method and pattern of everything that v1.0 has, and what it needs. */
export const graphOperations: ReadonlyMap<string, RouteNeeds> = new Map(
  table.map(([operation, , routeNeeds]) => [operation, routeNeeds])
)
