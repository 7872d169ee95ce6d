/** Warnings, and how to make the report again and use the model elsewhere: the end of the report. */
import { formatCount } from '../../base/index.js'
import type { DetectReport } from '../detect-report.js'
import { clip, html, type Markup } from '../html.js'

/** Warnings shown; the rest is counted. */
const mostWarnings = 50

export function warningSection({ warnings }: Pick<DetectReport, 'warnings'>): Markup {
  if (warnings.length === 0) return html``
  const more = warnings.length - mostWarnings
  return html`<section aria-labelledby="warnings">
    <div class="panel warnings">
      <h2 id="warnings">Please note</h2>
      <ul>
        ${warnings.slice(0, mostWarnings).map((warning) => html`<li>${clip(warning, 600)}</li>`)}
        ${more > 0 && html`<li>and ${formatCount(more)} more</li>`}
      </ul>
    </div>
  </section>`
}

export function reproduceSection(report: DetectReport): Markup {
  const { command, version, seed, model } = report
  return html`<footer>
    <h2>Again, and elsewhere</h2>
    ${
      command !== undefined &&
      html`<p>This report was made with Hourglass ${version} and seed ${seed} by</p>
        <pre><code>${command.slice(0, 2000)}</code></pre>`
    }
    ${command === undefined && html`<p>This report was made with Hourglass ${version} and seed ${seed}.</p>`}
    ${
      model.modelFile === undefined
        ? html`<p>
            The model was not kept; <code>--model model.onnx</code> keeps it, for scoring new rows here or
            from Python.
          </p>`
        : html`<p>
              The model takes raw columns and does its own preprocessing. In Python, with
              <code>pip install onnxruntime pandas</code>:
            </p>
            <pre><code>${pythonFor(report, model.modelFile)}</code></pre>`
    }
  </footer>`
}

/** Python that scores a table with the model. Names go in as Python strings, whatever they hold. */
export function pythonFor({ source, columns }: DetectReport, modelFile: string): string {
  const isNumpy = /\.np[yz]$/i.test(source)
  const named = (wanted: string): readonly string[] =>
    columns.filter(({ kind, used }) => used && kind === wanted).map(({ name }) => name)
  return [
    `import ${isNumpy ? 'numpy, ' : ''}onnxruntime, pandas`,
    '',
    `table = pandas.${readerFor(source)}`,
    ...eachOf(named('datetime'), 'dates go in as milliseconds since 1970', [
      'table[name] = (pandas.to_datetime(table[name]) - pandas.Timestamp(0)) / pandas.Timedelta("1ms")',
    ]),
    ...eachOf(named('boolean'), 'truth values go in as 1 and 0', [
      'truth = {"true": 1, "yes": 1, "false": 0, "no": 0}',
      'table[name] = [truth.get(str(cell).lower(), cell) for cell in table[name]]',
    ]),
    `session = onnxruntime.InferenceSession(${JSON.stringify(modelFile)})`,
    'feeds = {}',
    'for column in session.get_inputs():',
    '    cells = table[[column.name]]',
    '    is_text = column.type == "tensor(string)"',
    '    cells = cells.fillna("").astype(str).astype(object) if is_text else cells.astype("float64")',
    '    feeds[column.name] = cells.to_numpy()',
    'score, p_value, is_anomaly = session.run(None, feeds)[:3]',
  ].join('\n')
}

/** A loop over columns; nothing without columns. A list too long to read is left for the reader to fill. */
function eachOf(names: readonly string[], comment: string, body: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const list = JSON.stringify(names)
  return [
    `for name in ${list.length <= 1000 ? list : '[...]'}:  # ${comment}`,
    ...body.map((line) => `    ${line}`),
  ]
}

/** What came through a pipe has no file name: a likely one stands in. */
function readerFor(source: string): string {
  const name = JSON.stringify(/\.\w+$/.test(source) ? source : 'data.csv')
  if (/\.npy$/i.test(source)) return `DataFrame(numpy.load(${name})).add_prefix("x")`
  if (/\.npz$/i.test(source)) return `DataFrame(numpy.load(${name})["X"]).add_prefix("x")`
  if (/\.parquet$/i.test(source)) return `read_parquet(${name})`
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(source)) return `read_json(${name}, lines=True)`
  if (/\.json(\.gz)?$/i.test(source)) return `read_json(${name})`
  if (/\.tsv(\.gz)?$/i.test(source)) return `read_csv(${name}, sep="\\t", na_values="?")`
  // Only pandas' Python engine finds the delimiter by itself.
  return `read_csv(${name}, sep=None, engine="python", na_values="?")`
}
