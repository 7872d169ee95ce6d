/** Changes of options, and the commands that they become. */
import { describe, expect, it } from 'vitest'
import { merged, onlyFirstFix, optionsText, retraining } from './training-command.js'

const paths = { data: 'data.csv', model: 'm.onnx' }

describe('options of a training', () => {
  it('are flags where the command line has them, and --set otherwise', () => {
    expect(
      optionsText({
        kind: 'denoising',
        learningRate: 0.001,
        options: { hidden: [64, 32], latent: 8, noise: 'swap', noiseRange: [0.1, 0.3], readsMask: true },
      }),
    ).toBe(
      '--kind denoising --hidden 64,32 --latent 8 --learning-rate 0.001 --set noise=swap --set noiseRange=0.1,0.3',
    )
  })

  it('change one by one within a kind', () => {
    const learning = { kind: 'undercomplete', latent: 3, options: { hidden: [8] }, epochs: 5 } as const
    expect(merged(learning, { kind: 'undercomplete', options: { latent: 9 } })).toEqual({
      kind: 'undercomplete',
      latent: 3,
      epochs: 5,
      options: { hidden: [8], latent: 9 },
    })
  })

  it('start anew with another kind, but for those of the training', () => {
    const learning = {
      kind: 'undercomplete',
      hidden: [4],
      latent: 3,
      options: { dropout: 0.1 },
      epochs: 5,
    } as const
    expect(merged(learning, { kind: 'masked', options: {} })).toEqual({
      kind: 'masked',
      epochs: 5,
      options: {},
    })
  })

  it('become a command with all options and a fix with the changes', () => {
    const learning = { kind: 'undercomplete', options: { hidden: [8], latent: 2 } } as const
    const remedy = retraining({ paths }, 'Stop earlier.', learning, { epochs: 7 })
    expect(remedy).toEqual({
      text: 'Stop earlier.',
      command:
        'hourglass train data.csv --kind undercomplete --hidden 8 --latent 2 --epochs 7 --model m.onnx',
      fix: { kind: 'options', options: { epochs: 7 } },
    })
    expect(onlyFirstFix([remedy, remedy]).map(({ fix }) => fix !== undefined)).toEqual([true, false])
  })
})
