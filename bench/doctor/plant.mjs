// All plants, from the files of plants/: one file for each family of illnesses. A plant is
//
//   { code, also?, difficulty, fits(table), plant(table, strength, random, { fresh }) }
//
// `also` are codes that count as the same finding.
//
// `fresh` are further rows of the same base. It returns { table, options?, rows?, columns?, test? }: what is examined, with
// what options, where the illness sits, and what it does to rows that are measured on (nothing by default).
import { inputPlants } from './plants/input.mjs'
import { worldPlants } from './plants/worlds.mjs'
import { modelPlants } from './plants/model.mjs'

export const strengths = ['faint', 'moderate', 'clear']

export const plants = [...inputPlants, ...worldPlants, ...modelPlants]
