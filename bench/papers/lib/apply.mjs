// Trained weights at work: a function of rows, written as graph, over as many rows as there are.
import { nodeEngine } from '../../../dist/engine/node.js'
import * as g from '../../../dist/graph/index.js'

const blockRows = 1000

/**
 * Runs a function of rows block by block.
 *
 * @param write from `[batch, width]` and a layer context to one value
 * @param model `parameters`, and `weights` by name
 * @param visit is given the output's numbers and the number of the block's first row
 */
export async function eachBlock(write, { parameters, weights, features, rows }, visit) {
  const width = features.length / rows
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  const weight = (name) => g.constant(g.tensor('float32', shapes.get(name), weights[name]))
  const output = write(g.input('features', 'float32', ['batch', width]), { weight })
  const program = await nodeEngine.compile(g.graph({ output }), { threads: 1 })
  for (let start = 0; start < rows; start += blockRows) {
    const end = Math.min(rows, start + blockRows)
    const block = g.tensor('float32', [end - start, width], features.slice(start * width, end * width))
    visit((await program.run({ features: block })).output.data, start)
  }
  await program.dispose()
}

/** The function's results for all rows, `[rows, n]` as one array. */
export async function apply(write, model) {
  const blocks = []
  await eachBlock(write, model, (output) => blocks.push(output))
  const all = new Float32Array(blocks.reduce((length, block) => length + block.length, 0))
  let at = 0
  for (const block of blocks) {
    all.set(block, at)
    at += block.length
  }
  return all
}
