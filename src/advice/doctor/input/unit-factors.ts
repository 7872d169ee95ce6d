/** What people change units by: x in one unit is x · factor + offset in the other. */

/** A change of units. */
export interface UnitChange {
  /** For people, such as `centimetres for inches`. */
  readonly name: string
  readonly factor: number
  readonly offset: number
}

const pairs: readonly (readonly [name: string, factor: number, offset?: number])[] = [
  ['ten times', 10],
  ['a hundred times (percent, cents, centimetres)', 100],
  ['a thousand times (milli or kilo)', 1000],
  ['a million times', 1e6],
  ['inches and centimetres', 2.54],
  ['inches and millimetres', 25.4],
  ['feet and metres', 3.28084],
  ['inches and feet, or months and years', 12],
  ['miles and kilometres', 1.609344],
  ['pounds and kilograms', 2.2046226],
  ['ounces and grams', 28.349523],
  ['gallons and litres', 3.785412],
  ['calories and joules', 4.184],
  ['seconds, minutes, hours', 60],
  ['seconds and hours', 3600],
  ['hours and days', 24],
  ['metres a second and kilometres an hour', 3.6],
  ['metres a second and miles an hour', 2.236936],
  ['knots and metres a second', 1.943844],
  ['degrees and radians', 57.29578],
  ['pounds a square inch and kilopascals', 6.894757],
  ['millimetres of mercury and kilopascals', 7.500617],
  ['glucose in mmol/l and mg/dl', 18.0182],
  ['cholesterol in mmol/l and mg/dl', 38.67],
  ['creatinine in µmol/l and mg/dl', 88.42],
  ['kibi and units', 1024],
  ['Celsius and Fahrenheit', 1.8, 32],
  ['Celsius and Kelvin', 1, 273.15],
]

/** Every change in both directions. */
export const unitChanges: readonly UnitChange[] = pairs.flatMap(([name, factor, offset = 0]) => [
  { name, factor, offset },
  { name, factor: 1 / factor, offset: -offset / factor },
])

/** x in the other unit. */
export const changed = (x: number, { factor, offset }: Pick<UnitChange, 'factor' | 'offset'>): number =>
  x * factor + offset

/** The way back. */
export const reversed = ({ factor, offset }: Pick<UnitChange, 'factor' | 'offset'>) => ({
  factor: 1 / factor,
  offset: -offset / factor,
})
