/** What the routines of this room work on: rows of numbers, nothing else. */

/** Points, row-major; none of the numbers is NaN or infinite. */
export interface Points {
  readonly rows: number
  readonly width: number
  /** `[rows, width]` */
  readonly values: Float32Array
}
