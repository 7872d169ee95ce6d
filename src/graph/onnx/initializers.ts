/** Constants of a graph as initializers: each tensor once, under its own name or a numbered one. */
import { HourglassError } from '../../base/index.js'
import type { Tensor } from '../tensor.js'
import type { Node } from '../value.js'
import type { TensorProto } from './onnx_pb.js'
import { bytesOf, encodeTensor } from './tensors.js'

type ConstantNode = Extract<Node, { op: 'Constant' }>

/** Unnamed constants up to this many elements are compared by content, larger ones by identity. */
const comparedElements = 64

/** Gathers constants; `nameOf` adds one and says what it is called in the file. */
export interface Initializers {
  nameOf(node: ConstantNode): string
  readonly protos: TensorProto[]
}

/** @param taken names of inputs and outputs, which an initializer cannot have */
export function initializers(nodes: readonly Node[], taken: ReadonlySet<string>): Initializers {
  const given = new Set(nodes.flatMap((node) => (node.op === 'Constant' && node.name ? [node.name] : [])))
  const protos: TensorProto[] = []
  const named = new Map<string, Tensor>()
  const byContent = new Map<string | Tensor, string>()
  let next = 0
  const freshName = (): string => {
    for (;;) {
      const name = `c${next++}`
      if (!taken.has(name) && !given.has(name)) return name
    }
  }
  const store = (name: string, tensor: Tensor): string => {
    protos.push(encodeTensor(tensor, name))
    return name
  }
  const nameOf = ({ name, tensor }: ConstantNode): string => {
    if (name === undefined || name === '' || taken.has(name)) {
      const key = contentKey(tensor)
      const known = byContent.get(key) ?? store(freshName(), tensor)
      byContent.set(key, known)
      return known
    }
    const known = named.get(name)
    if (known !== undefined && known !== tensor)
      throw new HourglassError('HG_GRAPH_INVALID', `graph: two different constants are named ${name}`)
    if (known === undefined) store(name, tensor)
    named.set(name, tensor)
    return name
  }
  return { nameOf, protos }
}

/** Equal for equal small tensors; bytes rather than numbers, so that −0 and 0 stay apart. */
function contentKey(tensor: Tensor): string | Tensor {
  if (tensor.data.length > comparedElements) return tensor
  const content = tensor.dtype === 'string' ? JSON.stringify(tensor.data) : bytesOf(tensor.data).join()
  return `${tensor.dtype}[${tensor.shape.join()}]${content}`
}
