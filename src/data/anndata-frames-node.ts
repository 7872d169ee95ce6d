/**
 * The frames of AnnData files (obs and var): names, and columns of numbers, texts and categories, in the layouts of all
 * versions of the format. Which frame belongs to which matrix is decided in read-h5ad-node.ts.
 *
 * @see https://anndata.readthedocs.io/en/latest/fileformat-prose.html, "DataFrames", "Categorical arrays", "Nullable integers"
 */
import { datasetAt, groupAt, nodeAt, textAttribute, textsOf, type Dataset, type Group } from './hdf5-node.js'
import { columnFromStrings, newDictionary, withoutInfinities } from './string-columns.js'
import type { Column } from './table.js'

/** A frame: the names of its rows, and its columns. */
export interface Frame {
  readonly names?: readonly string[]
  readonly columns: readonly Column[]
}

/**
 * Reads a frame; a column of a kind that is not known is left out with a note.
 *
 * @param root where categories stood before AnnData 0.7
 */
export function readFrame(node: Group | Dataset, root: Group, notes: string[]): Frame {
  return 'slice' in node ? compoundFrame(node, root, notes) : groupFrame(node, notes)
}

/** Since AnnData 0.7: a group with an array, or a group, for each column. */
function groupFrame(group: Group, notes: string[]): Frame {
  const index = textAttribute(group, '_index') ?? (group.keys().includes('_index') ? '_index' : 'index')
  const names = datasetAt(group, index)
  const columns = group
    .keys()
    .filter((name) => name !== index && name !== '__categories')
    .map((name) => columnOf(name, group, notes))
    .filter((column) => column !== undefined)
  return { columns, ...(names && { names: textsOf(names) }) }
}

function columnOf(name: string, group: Group, notes: string[]): Column | undefined {
  const node = nodeAt(group, name)
  const column =
    node && ('slice' in node ? arrayColumn(name, node, group, notes) : encodedColumn(name, node, notes))
  if (!column) notes.push(`${name}: left out, its kind of column is not read`)
  return column
}

/** A plain array; before AnnData 0.8, codes whose categories stand in `__categories`. */
function arrayColumn(name: string, dataset: Dataset, group: Group, notes: string[]): Column | undefined {
  const old = groupAt(group, '__categories')
  const categories = old && datasetAt(old, name)
  if (categories) return categorical(name, integersOf(dataset), textsOf(categories), notes)
  return plainColumn(name, dataset, undefined, notes)
}

/** A group: categories, or values with a mask of the missing ones. */
function encodedColumn(name: string, group: Group, notes: string[]): Column | undefined {
  const [codes, categories] = [datasetAt(group, 'codes'), datasetAt(group, 'categories')]
  if (codes && categories) return categorical(name, integersOf(codes), textsOf(categories), notes)
  const [values, mask] = [datasetAt(group, 'values'), datasetAt(group, 'mask')]
  return values && plainColumn(name, values, mask && integersOf(mask), notes)
}

const integersOf = (dataset: Dataset): readonly number[] =>
  Array.from(dataset.value as ArrayLike<number | bigint>, Number)

const [integer, float, text, enumeration] = [0, 1, 3, 8]

function plainColumn(
  name: string,
  dataset: Dataset,
  mask: readonly number[] | undefined,
  notes: string[],
): Column | undefined {
  const { type } = dataset.metadata
  if (dataset.shape?.length !== 1) return undefined
  if (type === text) {
    const cells = textsOf(dataset).map((cell, row) => (mask?.[row] ? null : cell))
    return columnFromStrings(name, cells, notes)
  }
  if (type !== integer && type !== float && type !== enumeration) return undefined
  const values = Float64Array.from(dataset.value as ArrayLike<number | bigint>, (value, row) =>
    mask?.[row] ? NaN : Number(value),
  )
  return numberColumn(name, values, type === enumeration, notes)
}

function numberColumn(name: string, values: Float64Array, truth: boolean, notes: string[]): Column {
  return { name, storage: truth ? 'boolean' : 'number', values: withoutInfinities(name, values, notes) }
}

/** Categories stay texts, even where they look like numbers: clusters are called 0, 1, 2. Code −1 is missing. */
function categorical(
  name: string,
  codes: readonly number[],
  categories: readonly string[],
  notes: string[],
): Column | undefined {
  if (codes.some((code) => code >= categories.length)) {
    notes.push(`${name}: some codes have no category and are taken as missing`)
  }
  const dictionary = newDictionary()
  const positions = categories.map(dictionary.codeOf)
  return {
    name,
    storage: 'string',
    categories: dictionary.categories,
    codes: Int32Array.from(codes, (code) => positions[code] ?? -1),
  }
}

/** Before AnnData 0.7: one array of records; the categories stand in `uns` as NAME_categories. */
function compoundFrame(dataset: Dataset, root: Group, notes: string[]): Frame {
  const members = dataset.metadata.compound_type?.members ?? []
  const rows = dataset.value as unknown as readonly (readonly unknown[])[]
  const uns = groupAt(root, 'uns')
  const cellsOf = (member: number): readonly unknown[] => rows.map((row) => row[member])
  const index = Math.max(
    0,
    members.findIndex(({ name }) => name === 'index' || name === '_index'),
  )
  const columns = members.flatMap(({ name, type }, i): Column[] => {
    if (i === index) return []
    const cells = cellsOf(i)
    const categories = uns && datasetAt(uns, `${name}_categories`)
    const column = categories
      ? categorical(name, cells.map(Number), textsOf(categories), notes)
      : type === text
        ? columnFromStrings(name, cells.map(String), notes)
        : numberColumn(name, Float64Array.from(cells, Number), type === enumeration, notes)
    return column ? [column] : []
  })
  return { columns, ...(members.length > 0 && { names: cellsOf(index).map(String) }) }
}
