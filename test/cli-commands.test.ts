/** Whole command lines over small tables: what is printed, what is written, what --json says. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  detectResultSchema,
  inspectResultSchema,
  scoreResultSchema,
  trainResultSchema,
} from '../src/cli/results.js'
import { readTable } from '../src/data/index.js'
import { hourglass } from './cli-io.js'
import { oddRow, orderLines, quick, writeLabelled, writeOrders, writeText } from './cli-tables.js'

let folder = ''
let orders = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
  orders = await writeOrders(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)

describe('detect', () => {
  it('prints the odd row first, with the reason and without the columns it left out', async () => {
    const { status, stdout, stderr } = await hourglass([
      'detect',
      orders,
      ...quick,
      '--epochs',
      '30',
      '--top',
      '2',
    ])
    expect(stderr).toContain('400 rows')
    expect(stderr).toMatch(/left out +order \(identifier\): every value is different/)
    expect(stderr).toMatch(/left out +currency \(constant\)/)
    expect(status).toBe(0)
    const [first] = stdout.split('\n').filter((line) => line.startsWith('  row '))
    expect(first).toContain(`row ${String(oddRow + 1)}`)
    expect(first).toContain(`A-${String(10_000 + oddRow)}`)
    expect(stdout).toMatch(/total is 900, expected about .* given the other columns/)
    expect(stdout.split('\n').filter((line) => line.startsWith('  row '))).toHaveLength(2)
  })

  it('writes model, scores and report, and says how to open them', async () => {
    const [model, out, report] = [at('m.onnx'), at('s.csv'), at('r.html')]
    const { status, stdout } = await hourglass([
      'detect',
      orders,
      ...quick,
      '--model',
      model,
      '--out',
      out,
      '--false-alarms',
      '0.05',
      '--report',
      report,
    ])
    expect(status).toBe(0)
    for (const path of [model, out, report]) expect(stdout).toContain(path)
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n')
    expect(lines[0]).toBe('row,order,score,p_value,anomaly,top_column,reason')
    expect(lines).toHaveLength(401)
    expect(lines[oddRow + 1]).toMatch(/^124,A-10123,[\d.]+,[\d.]+,1,total,"?total is 900, expected about /)
    expect(await readFile(report, 'utf8')).toMatch(/^<!doctype html>/i)
    expect((await readdir(folder)).filter((name) => /tmp|checkpoint/.test(name))).toEqual([])
  })

  it('prints one JSON object and nothing else, as documented', async () => {
    const { status, stdout, stderr } = await hourglass(['detect', orders, ...quick, '--json', '--top', '3'])
    expect(status).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    const result = detectResultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({
      command: 'detect',
      rows: 400,
      falseAlarmRate: 0.01,
      modelFile: null,
      outFile: null,
    })
    expect(result.top).toHaveLength(3)
    expect(result.top[0]?.row).toBe(oddRow + 1)
    expect(result).not.toHaveProperty('auroc')
    expect(stderr).toContain('of 400 rows')
  })

  it('uses a label for evaluation only', async () => {
    const labelled = await writeLabelled(folder)
    const { stdout } = await hourglass(['detect', labelled, ...quick, '--label', 'odd', '--json'])
    const result = detectResultSchema.parse(JSON.parse(stdout))
    expect(result.label).toBe('odd')
    expect(result.auroc).toBeGreaterThan(0)
    expect(result.averagePrecision).toBeGreaterThan(0)
    expect(result.columns.find(({ name }) => name === 'odd')?.used).toBe(false)
  })

  it('learns from --train and scores DATA', async () => {
    const normals = await writeText(
      folder,
      'normals.csv',
      orderLines(300, 9)
        .filter((_, i) => i !== oddRow + 1)
        .join('\n'),
    )
    const { stdout } = await hourglass(['detect', orders, '--train', normals, ...quick, '--json'])
    const result = detectResultSchema.parse(JSON.parse(stdout))
    expect(result.rows).toBe(400)
    expect(result.trainingRows + result.calibrationRows).toBeLessThanOrEqual(299)
    expect(result.trainedOn).toContain('normals.csv')
  })

  it('heeds --ignore, --columns, --kind, --false-alarms and --seed', async () => {
    const args = ['detect', orders, ...quick, '--json', '--ignore', 'paid', '--columns', 'items=categorical']
    const more = ['--kind', 'undercomplete', '--false-alarms', '0.05', '--seed', '7']
    const { stdout } = await hourglass([...args, ...more])
    const result = detectResultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({ kind: 'undercomplete', falseAlarmRate: 0.05, seed: 7 })
    const kinds = Object.fromEntries(result.columns.map(({ name, kind, used }) => [name, used && kind]))
    expect(kinds).toMatchObject({ paid: false, items: 'categorical', total: 'numeric' })
    const again = await hourglass([...args, ...more])
    expect(JSON.parse(again.stdout)).toMatchObject({ threshold: result.threshold, top: result.top })
  })

  it('heeds every other option of a training', async () => {
    const args = ['detect', orders, ...quick, '--json', '--batch-size', '32', '--learning-rate', '0.002']
    const { status } = await hourglass([...args, '--weight-decay', '0.01', '--calibration-share', '0.3'])
    expect(status).toBe(0)
  })

  it('writes standard output, and moves the answer out of its way', async () => {
    const { status, stdout, stderr } = await hourglass(['detect', orders, ...quick, '--out', '-'])
    expect(status).toBe(0)
    expect(stdout.split('\n')[0]).toBe('row,order,score,p_value,anomaly,top_column,reason')
    expect(stdout.trimEnd().split('\n')).toHaveLength(401)
    expect(stderr).toContain('row 124')
  })

  it('reads what its options say: delimiter and encoding', async () => {
    const text = orderLines().join('\n').replaceAll(',', '|').replaceAll('north', 'Köln')
    const path = await writeText(folder, 'latin.txt', Buffer.from(text, 'latin1'))
    const args = ['detect', path, ...quick, '--json', '--delimiter', '|', '--encoding', 'latin1']
    const { status, stdout, stderr } = await hourglass(args)
    expect(stderr).not.toContain('error')
    expect([status, (JSON.parse(stdout) as { rows: number }).rows]).toEqual([0, 400])
  })
})

describe('train, inspect and score', () => {
  it('keep a model, tell of it, and score new rows with it', async () => {
    const model = at('kept.onnx')
    const trained = await hourglass(['train', orders, ...quick, '--model', model, '--json'])
    const facts = trainResultSchema.parse(JSON.parse(trained.stdout))
    expect(facts).toMatchObject({ rows: 400, latent: 2, modelFile: model })

    const told = await hourglass(['inspect', model, '--json'])
    const record = inspectResultSchema.parse(JSON.parse(told.stdout))
    expect(record).toMatchObject({
      widths: facts.widths,
      threshold: facts.threshold,
      parameters: facts.parameters,
    })
    const text = (await hourglass(['inspect', model])).stdout
    for (const part of ['denoising autoencoder', 'threshold', 'total']) expect(text).toContain(part)

    const newRows = await writeText(
      folder,
      'new.csv',
      [...orderLines(20, 3), 'A-1,1,west,3.2,true,EUR'].join('\n'),
    )
    const scored = await hourglass(['score', newRows, '--model', model, '--json'])
    const result = scoreResultSchema.parse(JSON.parse(scored.stdout))
    expect(result).toMatchObject({ rows: 21, threshold: facts.threshold, modelFile: model })
    expect(result.notes.join()).toContain('west')
  })

  it('score writes every format, and --top 0 shows no row', async () => {
    const model = at('formats.onnx')
    await hourglass(['train', orders, ...quick, '--model', model])
    for (const ending of ['csv', 'parquet', 'jsonl']) {
      const out = at(`scores.${ending}`)
      const { status, stdout } = await hourglass([
        'score',
        orders,
        '--model',
        model,
        '--out',
        out,
        '--top',
        '0',
      ])
      expect(status).toBe(0)
      expect(stdout).not.toContain('  row ')
      const table = await readTable(out)
      expect(table.rowCount).toBe(400)
      expect(table.columns.map(({ name }) => name)).toEqual([
        'row',
        'order',
        'score',
        'p_value',
        'anomaly',
        'top_column',
        'reason',
      ])
    }
  })

  it('score evaluates against a label', async () => {
    const model = at('label.onnx')
    const labelled = await writeLabelled(folder, 'labelled-2.csv')
    await hourglass(['train', labelled, ...quick, '--label', 'odd', '--model', model])
    const { stdout } = await hourglass(['score', labelled, '--model', model, '--label', 'odd'])
    expect(stdout).toMatch(/AUROC \d\.\d{3}, average precision \d\.\d{3} against odd/)
  })
})
