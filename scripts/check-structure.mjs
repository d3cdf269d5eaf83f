/** What no other tool checks: SQL, purity, names, words. Each check is a function in scripts/checks/. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkEngines, checkLockfile } from './checks/lockfile.mjs'
import { checkFileNames, checkRootEntries, checkSliceFiles } from './checks/names.mjs'
import { checkEnvironment, checkNetwork, checkRulesPurity } from './checks/purity.mjs'
import { checkCitations } from './checks/references.mjs'
import { pathsBelow, readSources } from './checks/source-files.mjs'
import { checkMigrations, checkOrganizationInSql, checkSqlPlaces, checkSqlPortability } from './checks/sql.mjs'
import { checkVocabulary } from './checks/vocabulary.mjs'
import { checkTestsRun, checkWords } from './checks/words.mjs'
import { packageRoot } from './setup/package-root.mjs'

const code = readSources(packageRoot, ['src', 'test', 'scripts', 'bench'], ['.ts', '.mjs', '.cjs'])
const typed = code.filter(({ path }) => path.endsWith('.ts'))
const program = typed.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
const migrations = readSources(packageRoot, ['src/db/migrations'], ['.sql'])
const paths = ['src', 'test', 'scripts', 'bench', 'docs', '.ci'].flatMap((folder) => pathsBelow(packageRoot, folder))

const citable = {
  decisionPaths: pathsBelow(packageRoot, 'docs/decisions'),
  contract: readFileSync(join(packageRoot, 'docs', 'contract.md'), 'utf8'),
}
const lock = readJson('package-lock.json')

const problems = [
  ...checkCitations(code, citable),
  ...checkOrganizationInSql(program, migrations),
  ...checkSqlPlaces(program),
  ...checkSqlPortability(program, migrations),
  ...checkMigrations(migrations),
  ...checkEnvironment(program),
  ...checkRulesPurity(program),
  ...checkNetwork(program),
  ...checkSliceFiles(paths),
  ...checkFileNames(paths),
  ...checkRootEntries(readdirSync(packageRoot)),
  ...checkWords(code),
  ...checkVocabulary(code.filter(({ path }) => path !== 'scripts/checks/vocabulary.mjs')),
  ...checkTestsRun(typed),
  ...checkLockfile(lock),
  ...checkEngines(lock, readJson('package.json')),
]

for (const { path, line, message } of problems) console.error(`${path}:${line}: ${message}`)
console.log(`${code.length} files read, ${problems.length} problems`)
process.exitCode = problems.length > 0 || program.length === 0 ? 1 : 0

function readJson(name) {
  return JSON.parse(readFileSync(join(packageRoot, name), 'utf8'))
}
