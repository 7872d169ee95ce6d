/**
 * The commands of `hourglass`, their arguments, options and help. Each is loaded when it is used; what it does is
 * in commands/.
 */
import { Command } from 'commander'
import type { AutoencoderKind } from '../autoencoders/index.js'
import type { Io } from './io.js'
import { kinds } from './kind-names.js'
import { addOptions, type OptionTable } from './option-table.js'
import {
  jsonOption,
  learningOptions,
  modelInput,
  modelOutput,
  readingOptions,
  reportOutput,
  requiredModelOutput,
  scoresOutput,
  trainOption,
  type DetectOptions,
  type InspectOptions,
  type ScoreOptions,
  type TrainOptions,
} from './options.js'
import { perform } from './session.js'
import { packageVersion } from './version.js'

interface Json {
  readonly json?: true
}

const dataHelp = 'table: .csv, .tsv, .parquet, .json, .jsonl, .npy, .npz, idx (- for standard input)'

/** Builds the program; nothing runs before `parseAsync`. */
export function createProgram(io: Io): Command {
  const program = new Command('hourglass')
    .description(
      'Finds and explains anomalies in tables, with autoencoders that learn from the table itself.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => undefined, // failure.ts says it, with a code
      getOutHelpWidth: () => Math.min(io.stdout.columns, 110),
      getOutHasColors: () => false,
    })
    .addHelpText('after', '\nStart with: hourglass demo\nhourglass COMMAND --help tells more about each.')
  addDetect(program, io)
  addTrain(program, io)
  addScore(program, io)
  addInspect(program, io)
  addKinds(program, io)
  addDemo(program, io)
  addCompletion(program, io)
  return program
}

function addDetect(program: Command, io: Io): void {
  const command = program
    .command('detect')
    .summary('learn from a table, score every row, explain the most anomalous')
    .description(
      'Learns what is usual in DATA (or in --train), scores every row of DATA, and flags those beyond the ' +
        'threshold for the asked rate of false alarms. Prints the most anomalous rows with the reasons.\n\n' +
        'Files are written only where --model, --out or --report ask for them; one of that name is replaced, ' +
        'whole or not at all. Where a file is asked for, a stopped training can be resumed.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: DetectOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/detect.js')).detect(session, data, options),
      ),
    )
  addGroups(command, {
    Reading: { ...readingOptions, ...trainOption },
    Learning: learningOptions,
    Output: { ...modelOutput, ...scoresOutput, ...reportOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass detect orders.csv',
    'hourglass detect sensors.parquet --model sensors.onnx --out scores.csv --report report.html',
    'hourglass detect today.csv --train known-good.csv --false-alarms 0.001',
    'hourglass detect labelled.csv --label fraud --ignore "customer,order id"',
    'cat rows.csv | hourglass detect - --out - > scores.csv',
  ])
}

function addTrain(program: Command, io: Io): void {
  const command = program
    .command('train')
    .summary('learn from a table and keep the model')
    .description(
      'Learns what is usual in DATA and writes the model; `hourglass score` uses it. The model is one ONNX file ' +
        'that takes raw columns and gives scores, in any ONNX Runtime.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: TrainOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/train.js')).train(session, data, options),
      ),
    )
  addGroups(command, {
    Reading: readingOptions,
    Learning: learningOptions,
    Output: { ...requiredModelOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass train known-good.csv --model good.onnx',
    'hourglass train big.parquet --model big.onnx --kind undercomplete --latent 8 --hidden 64,32',
  ])
}

function addScore(program: Command, io: Io): void {
  const command = program
    .command('score')
    .summary('score the rows of a table with a model')
    .description(
      'Scores every row of DATA with a model, and explains the most anomalous. Nothing is learned.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: ScoreOptions & Json) =>
      perform(io, { json: options.json ?? false, dataOnStdout: options.out === '-' }, async (session) =>
        (await import('./commands/score.js')).score(session, data, options),
      ),
    )
  const { label, delimiter, encoding } = readingOptions
  addGroups(command, {
    Reading: { label, delimiter, encoding },
    Scoring: modelInput,
    Output: { ...scoresOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass score today.csv --model good.onnx --out scores.csv',
    'hourglass score today.csv --model good.onnx --json --top 0 | jq .anomalies',
  ])
}

function addInspect(program: Command, io: Io): void {
  const command = program
    .command('inspect')
    .summary('say what a model is and what it was learned from')
    .description(
      'Says what a model is: its layers, the columns that it takes and how they were read, its training, its ' +
        'threshold and how well that was calibrated. With DATA it also shows the model at work on the first 512 rows: ' +
        "what every layer gives, the gradient at every parameter, the singular values of the encoder's Jacobian, and " +
        'what each latent unit does.',
    )
    .argument('<model>', 'model file (.onnx)')
    .argument('[data]', dataHelp)
    .action((model: string, data: string | undefined, options: InspectOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/inspect.js')).inspect(session, model, data, options),
      ),
    )
  const { delimiter, encoding } = readingOptions
  addGroups(command, { Reading: { delimiter, encoding }, Output: { ...reportOutput, ...jsonOption } })
  examples(command, [
    'hourglass inspect sensors.onnx',
    'hourglass inspect sensors.onnx sensors.csv --report inside.html',
  ])
}

function addKinds(program: Command, io: Io): void {
  const command = program
    .command('kinds')
    .summary('list the kinds of autoencoder, or the options of one')
    .description('Lists the kinds of autoencoder for --kind, or the options of one kind for --set.')
    .addArgument(program.createArgument('[kind]', 'a kind').choices(kinds))
    .action((kind: AutoencoderKind | undefined, options: Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/kinds.js')).listKinds(session, kind),
      ),
    )
  addGroups(command, { Output: jsonOption })
  examples(command, ['hourglass kinds', 'hourglass kinds sparse'])
}

function addDemo(program: Command, io: Io): void {
  const command = program
    .command('demo')
    .summary('find the strangest of 3,201 films, and leave a model, scores and a report')
    .description(
      'Runs detect on the films of vega-datasets, a real table with many missing cells, and writes ' +
        'hourglass-demo/model.onnx, scores.csv and report.html in the current folder.',
    )
    .action((options: Json) =>
      perform(io, framing(options), async (session) => (await import('./commands/demo.js')).demo(session)),
    )
  addGroups(command, { Output: jsonOption })
}

function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .summary('print a script that completes hourglass in bash, zsh or fish')
    .description(
      'Prints a script that completes commands, options and their values, to be sourced by the shell.',
    )
    .addHelpText('after', '\nFor bash: source <(hourglass completion bash)')
    .addArgument(program.createArgument('<shell>', 'shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.js')
      io.stdout.write(completionScript(shell))
    })
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { candidates } = await import('./completion.js')
      io.stdout.write(
        candidates(program, words)
          .map((word) => `${word}\n`)
          .join(''),
      )
    })
}

/** Where text and data of a command go. */
function framing(options: { json?: true; model?: string; out?: string; report?: string }) {
  const dataOnStdout = [options.model, options.out, options.report].includes('-')
  return { json: options.json ?? false, dataOnStdout }
}

function addGroups(command: Command, groups: Readonly<Record<string, OptionTable>>): void {
  for (const [heading, table] of Object.entries(groups)) addOptions(command, `${heading}:`, table)
}

function examples(command: Command, lines: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}
