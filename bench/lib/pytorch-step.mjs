// PyTorch's step of a dense network as a contender: peers/pytorch.py.
import { dataRows, learningRate } from './networks.mjs'
import { pythonPeer } from './python-peer.mjs'

export const pytorchStep = ({ widths, batch }, threads, fused) =>
  pythonPeer('pytorch.py', { open: { widths, batch, rows: dataRows, learningRate }, threads, fused })
