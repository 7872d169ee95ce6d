// All plants, from the files of plants/: one file for each family of illnesses. A plant is
//
//   { code, name?, also?, difficulty, fits(table), plant(table, strength, random, { fresh }) }
//
// `also` are codes that count as the same finding; `name` tells plants of one code apart. `fresh` are further rows of the same
// base. A plant returns
//
//   { table, options?, rows?, columns?, test?, remedied? }
//
// what is examined, with what options, where the illness sits, and what it does to rows that are measured on (nothing by
// default); where rows of another world are the remedy, `remedied` has what is learned from `before` and `after`, and rows
// of that `world` to measure on.
import { inputPlants } from './plants/input.mjs'
import { worldPlants } from './plants/worlds.mjs'
import { modelPlants } from './plants/model.mjs'

export const strengths = ['faint', 'moderate', 'clear']

export const plants = [...inputPlants, ...worldPlants, ...modelPlants]
