/** Products of tall float64 matrices on the engine: what principal components and distances to all points are made of. */
import type { Engine } from '../engine/index.js'
import { gemm, graph, input, tensor, type Value } from '../graph/index.js'

/** A matrix, row-major. */
export interface Matrix64 {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

/** Two products, compiled once for all sizes. */
export interface Products {
  /** `a · b` */
  multiply(a: Matrix64, b: Matrix64): Promise<Matrix64>
  /** `aᵀ · b` */
  multiplyTransposed(a: Matrix64, b: Matrix64): Promise<Matrix64>
  dispose(): Promise<void>
}

/** Makes a matrix of zeros. */
export const zeros = (rows: number, columns: number): Matrix64 => ({
  rows,
  columns,
  data: new Float64Array(rows * columns),
})

/** Compiles the products. */
export async function productsOn(engine: Engine, threads = 1): Promise<Products> {
  const matrix = (name: string, rows: string, columns: string): Value =>
    input(name, 'float64', [rows, columns])
  const b = matrix('b', 'inner', 'columns')
  const plain = graph({ c: gemm(matrix('a', 'rows', 'inner'), b) }, { name: 'a·b' })
  const turned = graph({ c: gemm(matrix('a', 'inner', 'rows'), b, { transposeA: true }) }, { name: 'aᵀ·b' })
  const [multiply, multiplyTransposed] = [
    await engine.compile(plain, { threads }),
    await engine.compile(turned, { threads }),
  ]
  const fed = ({ rows, columns, data }: Matrix64) => tensor('float64', [rows, columns], data)
  const run = async (
    program: typeof multiply,
    a: Matrix64,
    by: Matrix64,
    rows: number,
  ): Promise<Matrix64> => {
    const { c } = await program.run({ a: fed(a), b: fed(by) })
    return { rows, columns: by.columns, data: c!.data as Float64Array }
  }
  return {
    multiply: (a, by) => run(multiply, a, by, a.rows),
    multiplyTransposed: (a, by) => run(multiplyTransposed, a, by, a.columns),
    dispose: async () => {
      await multiply.dispose()
      await multiplyTransposed.dispose()
    },
  }
}
