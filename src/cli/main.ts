#!/usr/bin/env node
/**
 * The `hourglass` program. Everything it does starts in run.ts; commands are loaded when they are asked for, so
 * that `hourglass --help` answers at once.
 */
import { processIo } from './process-io.js'
import { runCommandLine } from './run.js'

process.exitCode = await runCommandLine(processIo())
