/** What the command line says to words it does not understand, and to those that ask for help. */
import { describe, expect, it } from 'vitest'
import { candidates, completionScript } from '../src/cli/completion.js'
import { createProgram } from '../src/cli/program.js'
import { planDefaults } from '../src/learning/plan.js'
import { hourglass, testIo } from './cli-io.js'

describe('words that are not understood', () => {
  it.each([
    [['detct', 'x.csv'], "unknown command 'detct'; did you mean detect?"],
    [['detect', 'x.csv', '--hiden', '3'], "unknown option '--hiden'; did you mean --hidden?"],
    [['detect', 'x.csv', '--nothing-like-it'], "unknown option '--nothing-like-it'; add --help"],
    [['detect'], "missing required argument 'data'"],
    [['detect', 'a.csv', 'b.csv'], 'too many arguments'],
    [['train', 'x.csv'], "required option '--model <file>' not specified"],
    [['score', 'x.csv'], "required option '--model <file>' not specified"],
    [['detect', 'x.csv', '--latent', 'many'], 'expected a whole number of at least 1'],
    [['detect', 'x.csv', '--latent'], "option '--latent <n>' argument missing"],
    [['detect', 'x.csv', '--epochs', '0'], 'expected a whole number of at least 1'],
    [['detect', 'x.csv', '--batch-size', '2.5'], 'expected a whole number of at least 1'],
    [['detect', 'x.csv', '--threads', '0'], 'expected a whole number from 1 to 1024'],
    [['detect', 'x.csv', '--seed', 'now'], 'expected a whole number'],
    [['detect', 'x.csv', '--hidden', '64,'], 'expected a whole number of at least 1'],
    [['detect', 'x.csv', '--false-alarms', '1'], 'expected a number above 0 and below 1'],
    [['detect', 'x.csv', '--learning-rate', '0'], 'expected a number above 0'],
    [['detect', 'x.csv', '--weight-decay', '-1'], 'expected a number of at least 0'],
    [['detect', 'x.csv', '--calibration-share', '0.9'], 'from 0.05 to 0.5'],
    [['detect', 'x.csv', '--kind', 'varational'], 'expected undercomplete or denoising or sparse'],
    [['detect', 'x.csv', '--set', 'beta'], 'expected NAME=VALUE'],
    [['detect', 'x.csv', '--image', '28'], 'expected HEIGHTxWIDTH'],
    [['detect', 'x.csv', '--window', '1'], 'expected a whole number of at least 2'],
    [['detect', 'x.csv', '--image', '2x2', '--window', '3'], '--window: rows are images already'],
    [['kinds', 'dens'], 'undercomplete, denoising'],
    [['detect', 'x.csv', '--columns', 'Age'], 'expected NAME=KIND'],
    [['detect', 'x.csv', '--delimiter', '||'], 'expected one character, or tab'],
    [['detect', 'x.csv', '--top', '-1'], 'from 0 to 10000'],
    [
      ['detect', 'x.csv', '--out', 'scores.xlsx'],
      '--out: expected a name that ends in .csv, .parquet or .jsonl',
    ],
    [['detect', 'x.csv', '--report', 'report.pdf'], '--report: expected a name that ends in .html or .htm'],
    [['detect', 'x.csv', '--model', 'model.pt'], '--model: expected a name that ends in .onnx'],
    [['detect', 'x.csv', '--out', '-', '--report', '-'], '--report: standard output is taken by --out'],
    [['detect', 'x.csv', '--resume'], '--resume: no file is asked for'],
    [['detect', '-', '--train', '-'], '--train: DATA is standard input already'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await hourglass(args)
    expect(stderr).toContain('error HG_USAGE: ')
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect([status, stdout]).toEqual([2, ''])
  })

  it('says it as an object too, where JSON was asked for', async () => {
    const { status, stdout } = await hourglass(['detect', 'x.csv', '--json', '--hiden'])
    expect(status).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'HG_USAGE', message: "unknown option '--hiden'; did you mean --hidden?" },
    })
    expect((await hourglass(['detect', '--', '--json', 'b'])).stdout).toBe('')
  })

  it('takes no command for a mistake', async () => {
    const { status, stderr } = await hourglass([])
    expect([status, stderr]).toEqual([
      2,
      'error HG_USAGE: no command was given; hourglass --help lists them\n',
    ])
  })
})

describe('help', () => {
  it('gives the defaults that a fit takes', async () => {
    const { stdout } = await hourglass(['detect', '--help'])
    const text = stdout.replaceAll(/\s+/g, ' ')
    const { batchSize, learningRate, weightDecay } = planDefaults
    const defaults = { 'batch-size': batchSize, 'learning-rate': learningRate, 'weight-decay': weightDecay }
    for (const [option, value] of Object.entries(defaults)) {
      expect(text).toMatch(new RegExp(`--${option} <[a-z]+> [^(]*\\(default: ${value}\\)`))
    }
  })

  it('lists the commands, and the options of each under their headings', async () => {
    const { status, stdout, stderr } = await hourglass(['--help'])
    expect([status, stderr]).toEqual([0, ''])
    for (const name of ['detect', 'train', 'score', 'inspect', 'demo', 'completion'])
      expect(stdout).toContain(name)
    const { stdout: detect } = await hourglass(['detect', '--help'])
    for (const text of ['Reading:', 'Learning:', 'Output:', '--false-alarms <rate>', 'Examples:']) {
      expect(detect).toContain(text)
    }
  })

  it('prints the version', async () => {
    expect((await hourglass(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('is coloured only where colour is wanted', async () => {
    const escape = '\u001b['
    expect((await hourglass(['x'])).stderr).not.toContain(escape)
    expect((await hourglass(['x'], testIo({ terminal: true }))).stderr).toContain(escape)
    expect((await hourglass(['x'], testIo({ terminal: true, env: { NO_COLOR: '1' } }))).stderr).not.toContain(
      escape,
    )
    expect((await hourglass(['x'], testIo({ env: { FORCE_COLOR: '1' } }))).stderr).toContain(escape)
  })
})

describe('completion', () => {
  const complete = (...words: string[]): readonly string[] => candidates(createProgram(testIo()), words)

  it('knows commands, options and values, and leaves files to the shell', () => {
    expect(complete('de')).toEqual(['detect', 'denoise', 'decompress', 'demo'])
    expect(complete('detect', '--la')).toEqual(['--label', '--latent'])
    expect(complete('detect', 'x.csv', '--kind', 'u')).toEqual(['undercomplete'])
    expect(complete('detect', '--model', '')).toEqual([])
    expect(complete('detect', '')).toEqual([])
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(complete('unknown', '')).toEqual([])
    expect(complete('')).not.toContain('complete')
  })

  it('prints a script for each shell, and answers its question', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await hourglass(['completion', shell])).stdout).toBe(completionScript(shell))
    }
    expect((await hourglass(['complete', '--', 'sc'])).stdout).toBe('score\n')
    expect((await hourglass(['complete', '--', 'detect', '--js'])).stdout).toBe('--json\n')
  })
})
