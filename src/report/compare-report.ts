/** What a page that compares images says, as plain data; render-compare-report.ts makes the page. */

/** Everything that the page shows. */
export interface CompareReport {
  /** The command that made it, such as `hourglass compress`. */
  readonly command: string
  /** What stands left and right of the line, a sentence. */
  readonly lead: string
  /** What is said where there is no image. */
  readonly none: string
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
  /** Image files, before and after without loss. */
  readonly before: PictureFile
  readonly after: PictureFile
  /** What is to be known of it, each a term and its value. */
  readonly facts: readonly (readonly [term: string, value: string])[]
  /** A further picture of the same size below. */
  readonly further?: { readonly picture: PictureFile; readonly caption: string }
}

/** The bytes of a WebP file. */
export type PictureFile = Uint8Array
