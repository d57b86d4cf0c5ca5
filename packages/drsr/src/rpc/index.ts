export type { RpcSyntax } from './bind.ts'
export { type CallOptions, connectRpc, type Operation, type RpcClient, type RpcTarget } from './client.ts'
export { lookUpPort } from './endpoint-mapper.ts'
