/** What the page of `hourglass compress --compare` says, as plain data; render-compare-report.ts makes the page. */

/** Everything that the page shows. */
export interface CompareReport {
  readonly images: readonly ComparedImage[]
  readonly createdAt: string
  /** Of the package. */
  readonly version: string
}

/** One image, before and after. */
export interface ComparedImage {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Of the file that was compressed. */
  readonly inputBytes: number
  readonly bytes: number
  /** Bits for each pixel. */
  readonly bpp: number
  /** In decibels; null for images that are the same. */
  readonly psnr: number | null
  readonly msssim: number | null
  /** WebP files without loss. */
  readonly before: Uint8Array
  readonly after: Uint8Array
}
