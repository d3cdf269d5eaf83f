import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { preparePrograms } from '../../../src/db/embedded/binaries.ts'
import { prepareLayout } from '../../../src/db/embedded/layout.ts'
import { chooseRunAs, commandFor } from '../../../src/db/embedded/run-as.ts'
import { packageRoot } from '../../../src/package-root.ts'

/** Whom the server lets in: over TLS with a password, and nobody without. */
const RULES = 'hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** The certificate of `startTlsPostgres`, which signs itself; it is of localhost. */
export const TLS_ROOT = join(packageRoot, 'test', 'fixtures', 'tls', 'localhost.cert')

/**
 * Serves the closed cluster of an embedded data directory on a port, over TLS alone.
 *
 * @returns the port, and what stops it and waits for its end.
 */
export async function startTlsPostgres(dataDir: string): Promise<{ port: number; stop(): Promise<void> }> {
  const layout = await prepareLayout(dataDir)
  const programs = await preparePrograms(layout)
  const as = await chooseRunAs(layout, programs, 'auto')
  const port = await freePort()
  const { uid, gid } = await stat(layout.cluster)
  const [cert, key] = [join(layout.cluster, 'tls.cert'), join(layout.cluster, 'tls.key')]
  await copyFile(TLS_ROOT, cert)
  await copyFile(TLS_ROOT.replace(/cert$/, 'key'), key)
  for (const path of [cert, key]) {
    await chmod(path, 0o600)
    await chown(path, uid, gid)
  }
  await writeFile(join(layout.cluster, 'pg_hba.conf'), RULES)
  const settings = {
    listen_addresses: 'localhost',
    unix_socket_directories: '',
    port: String(port),
    ssl: 'on',
    ssl_cert_file: cert,
    ssl_key_file: key,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = commandFor(as, programs, programs.postgres, ['-D', layout.cluster, ...args])
  const child = spawn(command.file, command.args, { ...command.options, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (/ready to accept connections/.test(printed)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${printed}`)))
  })
  child.removeAllListeners('exit')
  return {
    port,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}
