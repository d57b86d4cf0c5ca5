export { writeConnectorsFile } from './connectors-file.ts'
export { type FirstSyncOptions, firstSync, type SystemSummary, settled } from './first-sync.ts'
export type { GraphAccess } from './graph-access.ts'
export { HttpsJson } from './https-json.ts'
export { type MeasuredChange, measureChange } from './measure-change.ts'
export { type EmulatorProcess, type RequestCounts, startEmulator } from './start-emulator.ts'
export {
  type LogLine,
  type Service,
  type ServiceName,
  serviceNodeFlags,
  startService
} from './start-service.ts'
export { type ApiAnswer, callApi, type System, type SystemOptions, startSystem } from './start-system.ts'
export { type GraphObject, type TenantReader, tenantReader } from './tenant-reader.ts'
export { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from './trace-receiver.ts'
