/** What the command line may tell a benchmark. */
export interface BenchOptions {
  /** `--objects=N`: another size, to try things out. What the aims speak of is the size without it. */
  readonly objects?: number
  /** `--under-load` */
  readonly underLoad: boolean
}
