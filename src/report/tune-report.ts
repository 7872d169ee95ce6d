/**
 * What a report of `hourglass tune` says, as plain data: the record that render-tune-report.ts turns into a page.
 */

/** Everything that the page shows. */
export interface TuneReport {
  readonly title: string
  /** What was searched on. */
  readonly source: string
  readonly createdAt: string
  /** Of the package. */
  readonly version: string
  readonly seed: number
  readonly metric: { readonly title: string; readonly meaning: string; readonly isGreaterBetter: boolean }
  readonly rows: { readonly training: number; readonly heldOut: number }
  /** Rungs that a trial can reach. */
  readonly rungs: number
  readonly trials: readonly ReportTrial[]
  /** Position of the best one. */
  readonly best: number
  /** What was searched over, in the order of the space. */
  readonly options: readonly ReportTunedOption[]
  /** Absent for too few trials. */
  readonly importance?: readonly {
    readonly option: string
    readonly share: number
    readonly deviation: number
  }[]
  /** The command line that makes the best model again. */
  readonly reproduce: string
  readonly modelFile?: string
}

/** One trial. */
export interface ReportTrial {
  /** From 1. */
  readonly number: number
  readonly options: Readonly<Record<string, number | string>>
  /** By rung; `order` counts all results of the search as they came, from 1. */
  readonly results: readonly { readonly value: number; readonly steps: number; readonly order: number }[]
  readonly failed: boolean
}

/** One option, and how its axis is drawn. */
export interface ReportTunedOption {
  /** As it stands in `ReportTrial.options`. */
  readonly name: string
  /** In words. */
  readonly title: string
  readonly axis:
    | {
        readonly kind: 'number'
        readonly log: boolean
        /** Whether it takes whole numbers only. */
        readonly whole: boolean
        readonly low: number
        readonly high: number
      }
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
}
