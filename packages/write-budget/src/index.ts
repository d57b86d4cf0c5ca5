export { connectWriteBudget } from './connect.ts'
export type { BudgetLog, WriteBudgetOptions } from './options.ts'
