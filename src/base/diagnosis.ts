/**
 * What a diagnosis is told in: the names of the difficulties, verdicts, figures and small charts. Plain data that the
 * advice room finds, the command line and the report show; what an examination is stands in src/advice/doctor/diagnosis.ts.
 */

/** The eight difficulties of learning an autoencoder. */
export const difficulties = [
  'architecture',
  'hyper-parameters',
  'bottleneck',
  'overfitting',
  'cost',
  'variability',
  'input',
  'generalisation',
] as const

export type Difficulty = (typeof difficulties)[number]

/** How it stands; `unknown` when it could not be told, and the summary says why. */
export const verdicts = ['fine', 'watch', 'ill', 'unknown'] as const

export type Verdict = (typeof verdicts)[number]

/** One measured figure. */
export interface Evidence {
  /** Short and stable, such as `intrinsic dimension (TwoNN)`. */
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  /** Ends of the 95 % interval, where there is one. */
  readonly low?: number
  readonly high?: number
  /** What the figure says, in one sentence. */
  readonly meaning: string
}

/** Points of one name. `x` are numbers, or names for bars. */
export interface ChartSeries {
  readonly name: string
  /** Of a histogram: the left edges of the bins, all equally wide. */
  readonly x: readonly (number | string)[]
  readonly y: readonly number[]
  /** Ends of intervals around `y`. */
  readonly low?: readonly number[]
  readonly high?: readonly number[]
}

/** A small chart; plain data that the report draws. */
export interface Chart {
  /** `curve`: lines through points; `bars`: one bar a name; `histogram`: bins side by side; `pairs`: points alone. */
  readonly kind: 'curve' | 'bars' | 'histogram' | 'pairs'
  readonly title: string
  /** Names of the axes, with units. */
  readonly x: string
  readonly y: string
  /** Logarithmic axes. */
  readonly log?: 'x' | 'y' | 'both'
  readonly series: readonly ChartSeries[]
  /** Lines across the chart: a threshold, the knee, the chosen width. */
  readonly marks?: readonly {
    readonly axis: 'x' | 'y'
    readonly at: number | string
    readonly text: string
  }[]
}
