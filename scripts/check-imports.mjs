/** The import rules of .dependency-cruiser.cjs, and proof that every file was read. */
import { checkImports } from './checks/imports.mjs'
import { packageRoot } from './setup/package-root.mjs'

const { read, problems } = await checkImports(packageRoot)
for (const problem of problems) console.error(problem)
console.log(`${read} modules read, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
