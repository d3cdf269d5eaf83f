/**
 * `npm run mutate`: changes the program in one place at a time and says which changes no test notices.
 *
 *   npm run mutate                     every module of scripts/mutation/modules.mjs
 *   npm run mutate -- card egress      only these
 *   npm run mutate -- rules --file registrations/plan --file view.rules
 *                                      of it only the files whose paths hold one of the words
 *
 * Stryker and its packages are installed into build-mutation/ when they are first needed: nothing else wants them.
 */
import { parseArgs } from 'node:util'
import { modules } from './mutation/modules.mjs'
import { survivorLines, table } from './mutation/report.mjs'
import { installStryker, mutate } from './mutation/stryker.mjs'
import { exitWith, SetupFailure } from './setup/failure.mjs'
import { prepareDependencies } from './setup/prepare.mjs'

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { file: { type: 'string', multiple: true, default: [] } },
  })
  const chosen = chosenModules(positionals)
  await prepareDependencies()
  await installStryker()
  const results = []
  for (const module of chosen) {
    const result = await mutate(module, values.file)
    console.log([`\n${module.name}: what survived`, ...survivorLines(result.files)].join('\n'))
    results.push({ name: module.name, ...result })
  }
  console.log(`\n${table(results)}`)
} catch (error) {
  exitWith(error)
}

function chosenModules(names) {
  const unknown = names.find((name) => !modules.some((module) => module.name === name))
  if (unknown !== undefined) {
    throw new SetupFailure(`There is no module "${unknown}", only ${modules.map(({ name }) => name).join(', ')}.`)
  }
  return names.length === 0 ? modules : modules.filter(({ name }) => names.includes(name))
}
