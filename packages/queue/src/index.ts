export type { Delivery, Handler } from './consumer.ts'
export { messagesOf } from './messages.ts'
export type { QueueLog } from './queue-log.ts'
export {
  type ConsumeOptions,
  connectQueues,
  type PublishOptions,
  type Queues,
  type QueuesOptions
} from './queues.ts'
export type { ScheduleOptions } from './schedule.ts'
export type { SweepOptions } from './sweep.ts'
