/**
 * The commands of `hourglass`, their arguments, options and help. Each is loaded when it is used; what it does is
 * in commands/.
 */
import { Command } from 'commander'
import type { AutoencoderKind } from '../autoencoders/index.js'
import type { Io } from './io.js'
import {
  compressedOutput,
  codecOutput,
  decompressedOutput,
  decompressingOptions,
  goalOptions,
  type CompressingOptions,
  trainCodecOptions,
  type DecompressingOptions,
  type TrainingCodecOptions,
} from './compress-options.js'
import {
  denoisedOutput,
  denoisingOptions,
  imageDenoisingOptions,
  tableDenoisingOptions,
  type DenoisingOptions,
} from './denoise-options.js'
import {
  featuresTables,
  mapLearningOptions,
  mapOutputs,
  mapReadingOptions,
  mapSourceOptions,
  type EmbedOptions,
  type FeaturesOptions,
} from './embed-options.js'
import { kinds } from './kind-names.js'
import { addOptions, type OptionTable } from './option-table.js'
import {
  doctorOptions,
  fixOutput,
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
  type DoctorOptions,
  type InspectOptions,
  type ScoreOptions,
  type TrainOptions,
} from './options.js'
import { perform } from './session.js'
import { searchOptions, studyOptions, type TuneOptions } from './tune-options.js'
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
  addEmbed(program, io)
  addFeatures(program, io)
  addInspect(program, io)
  addDoctor(program, io)
  addTune(program, io)
  addDenoise(program, io)
  addCompress(program, io)
  addDecompress(program, io)
  addTrainCodec(program, io)
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

function addEmbed(program: Command, io: Io): void {
  const command = program
    .command('embed')
    .summary('place rows in a few dimensions, and keep the model that places new ones')
    .description(
      'Learns an encoder from DATA (or from --train) to a few dimensions and a decoder back, measures the map on rows ' +
        'that were held out, and writes where every row of DATA lies. The model is one ONNX file: it places new rows at ' +
        'once (--with), and says what a row at any place would be.',
    )
    .argument('<data>', `${dataHelp}; a folder of images; counts of cells with --counts`)
    .action((data: string, options: EmbedOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/embed.js')).embed(session, data, options),
      ),
    )
  addGroups(command, {
    Reading: { ...mapReadingOptions, ...mapSourceOptions },
    Learning: mapLearningOptions,
    Output: { ...mapOutputs, ...jsonOption },
  })
  examples(command, [
    'hourglass embed train-images-idx3-ubyte.gz --plot map.html --model map.onnx --out points.parquet',
    'hourglass embed tomorrow.csv --with map.onnx --out points.csv',
    'hourglass embed test.csv --train train.csv --label species --json | jq .knnAccuracy',
    'hourglass embed cells.h5ad --label cell_type --kind count --dims 10 --out latent.csv',
  ])
}

function addFeatures(program: Command, io: Io): void {
  const command = program
    .command('features')
    .summary('write what an autoencoder knows of each row as columns for another program')
    .description(
      'Learns an autoencoder from DATA (or from --train) and writes the code of every row: features for a classifier, a ' +
        'regression or a search. With a --label it says what a linear probe makes of them, beside the columns themselves.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: FeaturesOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/features.js')).features(session, data, options),
      ),
    )
  addGroups(command, {
    Reading: { ...featuresTables.reading, ...mapSourceOptions },
    Learning: featuresTables.learning,
    Output: { ...featuresTables.outputs, ...jsonOption },
  })
  examples(command, [
    'hourglass features train.parquet --dims 128 --model features.onnx --out train-features.parquet',
    'hourglass features test.parquet --with features.onnx --out test-features.parquet',
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

function addDoctor(program: Command, io: Io): void {
  const command = program
    .command('doctor')
    .summary('look for what is wrong with a table, a network and its training, and say what to do')
    .description(
      'Looks at eight difficulties of learning from DATA: architecture, hyper-parameters, bottleneck, overfitting, ' +
        'cost, variability, input, generalisation. Each gets a verdict (fine, watch, ill), the evidence as figures, and ' +
        'a remedy as a command. Without --model, the training that the options plan is examined.\n\n' +
        'Nothing is changed: --fix writes a mended copy of the table, and a list of what was changed.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: DoctorOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/doctor.js')).doctor(session, data, options),
      ),
    )
  const { resume: _resume, calibrationShare: _share, ...learning } = learningOptions
  addGroups(command, {
    Reading: readingOptions,
    Examining: doctorOptions,
    Learning: learning,
    Output: { ...fixOutput, ...reportOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass doctor orders.csv',
    'hourglass doctor orders.csv --only input --fix --out fixed.csv',
    'hourglass doctor sensors.parquet --model sensors.onnx --new today.parquet --report doctor.html',
    'hourglass doctor patients.csv --group hospital --time admitted --budget 300',
  ])
}

function addTune(program: Command, io: Io): void {
  const command = program
    .command('tune')
    .summary('search for the options that learn best from a table, and learn with them')
    .description(
      'Tries kinds of autoencoder and options of their training on DATA, most of them for a short time and the best for ' +
        'longer, compares them on rows that were held out, and learns a model from all rows with the best. No label is ' +
        'needed or used. Prints what mattered, and the command that makes the model again.\n\n' +
        'With --study the search is kept in a file at every step: one that was stopped or killed goes on with --resume.',
    )
    .argument('<data>', dataHelp)
    .action((data: string, options: TuneOptions & Json) =>
      perform(io, framing(options), async (session) =>
        (await import('./commands/tune.js')).tune(session, data, options),
      ),
    )
  addGroups(command, {
    Reading: readingOptions,
    Searching: { ...searchOptions, ...studyOptions },
    Output: { ...modelOutput, ...reportOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass tune orders.csv --model orders.onnx',
    'hourglass tune sensors.parquet --budget 1h --study sensors.study --model sensors.onnx --report tuning.html',
    'hourglass tune sensors.parquet --budget 2h --study sensors.study --resume --model sensors.onnx',
    'hourglass tune digits.npz --image 28x28 --kind convolutional,denoising --budget "40 trials"',
  ])
}

function addDenoise(program: Command, io: Io): void {
  const command = program
    .command('denoise')
    .summary('remove the noise from images, series and tables')
    .description(
      'Images: estimates how strong the noise of a photograph is, unless --strength says it, and removes it with the network ' +
        'that comes with hourglass; with --self, with one that learns from the noisy images alone, for what is no photograph. ' +
        'Any size, grey or in colour, 8 or 16 bits; transparency, ICC profile, EXIF data and orientation stay. Of folders and ' +
        'patterns all images are taken. One that is broken is listed, the others are done, and the exit status says so. ' +
        'Without --overwrite a batch goes on where it was stopped.\n\n' +
        'Tables: learns to tell each cell of numbers from the cells around it, in time and in other columns, and takes for ' +
        'noise what none of them tells. No clean data is needed. All other columns pass through.',
    )
    .argument(
      '<inputs...>',
      'images (.png, .jpg, .webp, .avif, .tiff, .gif), folders or patterns; or one table',
    )
    .action((inputs: readonly string[], options: DenoisingOptions & Json) =>
      perform(io, { json: options.json ?? false, dataOnStdout: options.out === '-' }, async (session) =>
        (await import('./commands/denoise.js')).denoise(session, inputs, options),
      ),
    )
  addGroups(command, {
    Denoising: denoisingOptions,
    Images: imageDenoisingOptions,
    Tables: tableDenoisingOptions,
    Output: { ...denoisedOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass denoise noisy.png -o clean.png',
    'hourglass denoise scan.tiff --strength 12 --out scan-clean.tiff --compare scan.html',
    'hourglass denoise micrographs/ --self -o clean/ --json | jq ".files[].removed"',
    'hourglass denoise readings.csv -o clean.csv',
    'hourglass denoise engines.csv --group unit --ignore cycle --strength "pressure=0.2" -o clean.csv',
  ])
}

function addCompress(program: Command, io: Io): void {
  const command = program
    .command('compress')
    .summary('compress images with a learned codec')
    .description(
      'Compresses photographs to files of a quality, a size or a fidelity. Images of any size, grey or in colour; transparency ' +
        'is kept without loss, ICC profile, EXIF data and orientation stay. A file that is cut still shows its image, coarsely.\n\n' +
        'Of folders and patterns all images are taken. One that is broken is listed, the others are done, and the exit status ' +
        'says so. Without --overwrite a batch goes on where it was stopped.',
    )
    .argument('<images...>', 'images, folders or patterns: .png, .jpg, .webp, .avif, .tiff, .gif')
    .action((images: readonly string[], options: CompressingOptions & Json) =>
      perform(io, framing({ ...(options.json && { json: options.json }) }), async (session) =>
        (await import('./commands/compress.js')).compress(session, images, options),
      ),
    )
  addGroups(command, { Compressing: goalOptions, Output: { ...compressedOutput, ...jsonOption } })
  examples(command, [
    'hourglass compress photo.png -o photo.hgl',
    'hourglass compress photo.jpg --bpp 0.5 --compare photo.html',
    'hourglass compress photos/ -o small/ --psnr 34',
    'hourglass compress "scans/*.tiff" -o scans-small/ --size 200k --json | jq .bytes',
  ])
}

function addTrainCodec(program: Command, io: Io): void {
  const command = program
    .command('train-codec')
    .summary('learn a codec for one kind of image')
    .description(
      'Learns a codec from images of one kind (scans, microscopy, drawings): the transform, what predicts its coefficients and ' +
        'how they are distributed, starting from the shipped codec. Some images are kept apart, and what the codec saves ' +
        'on them beside the shipped one is said. Images that are compressed with it name it: decompress finds it inside of them ' +
        '(compress --embed), beside them, or by --codec. Takes a minute or a few, and goes on where it was stopped.',
    )
    .argument('<images...>', 'images, folders or patterns: .png, .jpg, .webp, .avif, .tiff, .gif')
    .action((images: readonly string[], options: TrainingCodecOptions & Json) =>
      perform(io, framing({ ...(options.json && { json: options.json }) }), async (session) =>
        (await import('./commands/train-codec.js')).trainCodec(session, images, options),
      ),
    )
  addGroups(command, { Learning: trainCodecOptions, Output: { ...codecOutput, ...jsonOption } })
  examples(command, [
    'hourglass train-codec scans/ -o scans.hgcodec',
    'hourglass train-codec "cells/*.tiff" -o cells.hgcodec --held-out 0.3 --json | jq .comparison.rateDifference',
    'hourglass compress scans/ -o small/ --codec scans.hgcodec',
  ])
}

function addDecompress(program: Command, io: Io): void {
  const command = program
    .command('decompress')
    .summary('turn compressed images back into ones that every program reads')
    .description(
      'Decompresses files of hourglass compress. A file that is cut gives the image as far as it goes, and says so.',
    )
    .argument('<files...>', 'files, folders or patterns: .hgl')
    .action((files: readonly string[], options: DecompressingOptions & Json) =>
      perform(io, framing({ ...(options.json && { json: options.json }) }), async (session) =>
        (await import('./commands/decompress.js')).decompress(session, files, options),
      ),
    )
  addGroups(command, {
    Decompressing: decompressingOptions,
    Output: { ...decompressedOutput, ...jsonOption },
  })
  examples(command, [
    'hourglass decompress photo.hgl -o photo.png',
    'hourglass decompress small/ -o back/ --format webp',
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
