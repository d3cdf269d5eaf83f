import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../../kit/app.ts'

test('explore', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const p = await org.profile()
  for (const up of ['websocket', 'h2c']) {
    const s = connect({ host: '127.0.0.1', port: Number(new URL(app.url).port) })
    let t = ''
    s.on('data', (d) => {
      t += d
    })
    s.write(`GET /v3/me HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${up}\r\n\r\n`)
    await sleep(500)
    s.write(`GET /v3/me HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await sleep(1000)
    console.log(up, t.match(/HTTP\/1.1 \d+/g))
    s.destroy()
  }
  await org.admin.get('/v3/profiles/%zz')
  await org.admin.get('/v3/profiles/%zz')
  console.log(
    ((await app.app.house.metrics) as any).render
      ? (await (app.app.house.metrics as any).render())
          .split('\n')
          .filter((l: string) => /active|_count/.test(l))
          .join('\n')
      : '',
  )
})
