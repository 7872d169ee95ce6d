/**
 * What a map of rows says, as plain data: the record that render-map-report.ts turns into a page to explore and
 * map-picture.ts into a picture for papers. Whoever makes one fills it from a model and the rows it has placed.
 */

/** A map of `rows` points in two dimensions, with what is known of them. */
export interface MapReport {
  readonly title: string
  /** Where the rows came from. */
  readonly source: string
  /** Of the package. */
  readonly version?: string
  /** ISO 8601. */
  readonly createdAt?: string
  /** Places, `[rows]` each; a row whose place is not finite is counted and not drawn. */
  readonly points: { readonly x: Float32Array; readonly y: Float32Array }
  /** Names of the rows, `[rows]`; they are shown beside the number of the row, which counts from 1. */
  readonly rowLabels?: readonly string[]
  /** What to colour by and to show of a row. The first is what the map is coloured by when it opens. */
  readonly columns: readonly MapColumn[]
  /** Images of the rows, shown for the row under the pointer. */
  readonly images?: MapImages & {
    /** Which row each image belongs to (from 0, ascending); absent when every row has one, in order. */
    readonly rows?: Int32Array
  }
  /** What the decoder makes of places where there is no row. */
  readonly decoded?: MapDecoded
  /** Measures of the map, each with what it means in a sentence. */
  readonly quality: readonly {
    readonly name: string
    readonly value: number | string
    readonly meaning: string
  }[]
  /** Other things worth knowing, such as the kind of the model. */
  readonly facts: readonly { readonly name: string; readonly value: number | string }[]
  readonly notes: readonly string[]
  /** The command that makes the map again; may be empty. */
  readonly command: string
  /** `[rows]`: 0 for rows the map was learned from, 1 for rows held out. */
  readonly split?: Uint8Array
}

export type MapColumn = MapCategoryColumn | MapNumberColumn

/** A column of texts. */
export interface MapCategoryColumn {
  readonly kind: 'category'
  readonly name: string
  readonly categories: readonly string[]
  /** `[rows]`: places in `categories`; −1 where the cell is missing. */
  readonly codes: Int32Array
}

/** A column of numbers. */
export interface MapNumberColumn {
  readonly kind: 'number'
  readonly name: string
  /** `[rows]`: NaN where the cell is missing. */
  readonly values: Float32Array
  /** Written behind the numbers, such as `mm`. */
  readonly unit?: string
}

/** Images of one size. */
export interface MapImages {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 red, green and blue. */
  readonly channels: 1 | 3
  /** `[images, height, width, channels]`. */
  readonly pixels: Uint8Array
}

/**
 * What the decoder makes of a grid of places over the map. The grid's point (c, r), at `r * columns + c`, is the place
 * (x0 + c (x1 − x0) / (columns − 1), y0 + r (y1 − y0) / (rows − 1)): its outermost points lie on the bounds.
 */
export interface MapDecoded {
  /** Points of the grid along x and y, 2 or more each. */
  readonly columns: number
  readonly rows: number
  readonly bounds: readonly [x0: number, y0: number, x1: number, y1: number]
  /** One image a point of the grid. */
  readonly images?: MapImages
  /** One row of a table a point of the grid. */
  readonly table?: {
    readonly names: readonly string[]
    /** `[grid points, names]`: numbers, or places in `categories`. */
    readonly values: Float32Array
    /** For each name its categories, or undefined for numbers; absent when all are numbers. */
    readonly categories?: readonly (readonly string[] | undefined)[]
  }
}
