/** The part of base that needs Node. */
export { replaceFile, unwritable, writeFileAtomic } from './files-node.js'
