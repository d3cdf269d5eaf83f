/** `npm run build [-- --with-tests]`: compiles when the sources changed; installs the dependencies first if needed. */
import { exitWith } from './setup/failure.mjs'
import { prepare } from './setup/prepare.mjs'

try {
  await prepare({ withTests: process.argv.includes('--with-tests') })
} catch (error) {
  exitWith(error)
}
