/**
 * The catalogue of error codes: every error a person can meet, what it means, and where it maps to.
 *
 * One table, read whole. docs/errors.md is generated from it; the command line takes its exit status and the
 * server its HTTP status from here. Codes are stable: they may be added, never renamed. Next: errors.ts.
 */

/** What a code means and how the faces answer it. */
export interface ErrorEntry {
  /** One sentence for docs/errors.md. */
  readonly meaning: string
  /** Exit status of the command line: 2 usage, 3 input data, 4 model file, 5 training, 6 output, 70 our own bug, 130 interrupted. */
  readonly exitCode: 2 | 3 | 4 | 5 | 6 | 70 | 130
  /** HTTP status of the scoring server. */
  readonly httpStatus: 400 | 404 | 409 | 413 | 422 | 499 | 500 | 507
}

const usage = (meaning: string): ErrorEntry => ({ meaning, exitCode: 2, httpStatus: 400 })
const input = (meaning: string): ErrorEntry => ({ meaning, exitCode: 3, httpStatus: 422 })
const model = (meaning: string): ErrorEntry => ({ meaning, exitCode: 4, httpStatus: 422 })
const training = (meaning: string): ErrorEntry => ({ meaning, exitCode: 5, httpStatus: 500 })
const output = (meaning: string): ErrorEntry => ({ meaning, exitCode: 6, httpStatus: 507 })
const internal = (meaning: string): ErrorEntry => ({ meaning, exitCode: 70, httpStatus: 500 })

export const errorCatalogue = {
  HG_USAGE: usage('An option or argument is missing, unknown or outside its range.'),
  HG_INTERRUPTED: { meaning: 'The work was stopped by the user.', exitCode: 130, httpStatus: 499 },
  HG_INTERNAL: internal('A bug in Hourglass itself.'),

  HG_SHAPE_MISMATCH: internal('Two shapes that must agree do not.'),
  HG_DTYPE_MISMATCH: internal('A value has another element type than the operator takes.'),
  HG_GRAPH_INVALID: internal('A graph breaks a rule of its operators.'),
  HG_NO_GRADIENT: internal('A gradient was asked through an operator that has none.'),

  HG_FILE_MISSING: input('The input file does not exist.'),
  HG_FILE_UNREADABLE: input(
    'The input exists but cannot be read: a directory, no permission, or not the format it claims.',
  ),
  HG_TABLE_EMPTY: input('The table has no rows or no columns.'),
  HG_TABLE_MALFORMED: input(
    'The table is not regular: rows of different lengths, duplicate column names, broken quoting.',
  ),
  HG_TABLE_TOO_SMALL: input('The table has too few rows or usable columns to learn from.'),
  HG_TABLE_TOO_LARGE: {
    meaning: 'The table or matrix needs more memory than can be had, or is beyond the limits.',
    exitCode: 3,
    httpStatus: 413,
  },
  HG_COUNTS_INVALID: input('A matrix of counts has negative or missing entries, or none but zeros.'),
  HG_COLUMN_MISSING: input('A column that was named, or that the model needs, is not in the table.'),
  HG_COLUMN_TYPE: input('A column cannot be read as the type that was asked for.'),
  HG_LABEL_INVALID: input('The label column is not a 0/1 column with both values.'),
  HG_ENCODING: input('The text is not in an encoding that can be read.'),

  HG_STREAM_CORRUPT: input('The compressed image is damaged, cut within its header, or no such file.'),
  HG_CODEC_UNKNOWN: input('The compressed image was written by a model that is not at hand.'),

  HG_MODEL_CORRUPT: model('The model file is cut short, altered, or not an ONNX file.'),
  HG_MODEL_UNSAFE: model(
    'The model file holds an operator, attribute or reference that Hourglass never writes.',
  ),
  HG_MODEL_TOO_LARGE: model('The model file declares sizes beyond the limits.'),
  HG_MODEL_FOREIGN: model('A valid ONNX file, but not one that Hourglass wrote.'),
  HG_MODEL_VERSION: model('The model file was written by a newer version of Hourglass.'),

  HG_TRAINING_DIVERGED: training('The loss became infinite or not a number.'),
  HG_CODE_TOO_WIDE: training(
    'The code is as wide as the data and nothing keeps the network from copying (a warning).',
  ),
  HG_CODE_DEAD: training(
    'Most or all units of a sparse code, or entries of a codebook, are never used (a warning).',
  ),
  HG_POSTERIOR_COLLAPSED: training(
    'The code of a variational autoencoder carries nothing: the decoder ignores it (a warning).',
  ),
  HG_KL_EXPLODED: training(
    'The codes of a variational autoencoder lie far from the prior: the KL divergence dwarfs the error (a warning).',
  ),
  HG_CHECKPOINT_INVALID: training('A checkpoint is damaged or belongs to another run.'),
  HG_STUDY_EXISTS: usage('There is a study of that name already, and going on with it was not asked for.'),
  HG_STUDY_INVALID: training('The file is no study, or a damaged one.'),
  HG_STUDY_VERSION: training('The study was written by another version of Hourglass, in another form.'),
  HG_STUDY_DATA: training('The study belongs to another table.'),
  HG_STUDY_SETUP: training('The study belongs to another search: other options, metric, seed or halving.'),
  HG_STUDY_BUSY: training('The study is in use by another process.'),
  HG_STUDY_FRUITLESS: training('No trial of a search gave a result.'),
  HG_ENGINE: training('ONNX Runtime refused a graph or failed while running it.'),

  HG_OUTPUT_UNWRITABLE: output(
    'The output cannot be written: no permission, no such folder, or no space left.',
  ),
} as const satisfies Record<string, ErrorEntry>

/** A stable error code, such as `HG_SHAPE_MISMATCH`. */
export type ErrorCode = keyof typeof errorCatalogue
