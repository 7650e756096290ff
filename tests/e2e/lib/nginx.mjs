// A platform of the test's own: nginx with its RTMP module, and the same behind TLS, with an authority
// that nobody else knows.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Process } from './process.mjs';
import { freePort, temporaryFolder } from './server.mjs';
import { until } from './until.mjs';

const MODULES = '/usr/lib/nginx/modules';

// An authority, and a server's certificate for localhost by it: {ca, cert, key}.
export function certificates(folder) {
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test authority',
    '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', at('key.pem'),
    '-out', at('csr.pem'));
  writeFileSync(at('san'), 'subjectAltName=DNS:localhost');
  openssl('x509', '-req', '-days', '2', '-in', at('csr.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'),
    '-CAcreateserial', '-extfile', at('san'), '-out', at('cert.pem'));
  return { ca: at('ca.pem'), cert: at('cert.pem'), key: at('key.pem') };
}

// {rtmp, rtmps, drop(name), process}: one process, so that it can be stopped and killed as a whole.
export async function nginx({ cert, key }) {
  const folder = temporaryFolder();
  const [rtmp, rtmps, http] = [await freePort(), await freePort(), await freePort()];
  mkdirSync(join(folder, 'tmp'));
  writeFileSync(join(folder, 'nginx.conf'), `
    load_module ${MODULES}/ngx_rtmp_module.so;
    load_module ${MODULES}/ngx_stream_module.so;
    daemon off; master_process off; pid ${folder}/pid; error_log stderr info;
    events { worker_connections 256; }
    rtmp { server { listen 127.0.0.1:${rtmp}; application live { live on; }
                    application closed { live on; deny publish all; } } }
    stream { server { listen 127.0.0.1:${rtmps} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
                      proxy_pass 127.0.0.1:${rtmp}; } }
    http { access_log off; client_body_temp_path ${folder}/tmp; proxy_temp_path ${folder}/tmp;
           fastcgi_temp_path ${folder}/tmp; uwsgi_temp_path ${folder}/tmp; scgi_temp_path ${folder}/tmp;
           server { listen 127.0.0.1:${http}; location /control { rtmp_control all; } } }
  `);
  const server = new Process('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    { name: 'nginx' });
  await until('nginx listens', async () => (await fetch(`http://127.0.0.1:${http}/`)).status > 0);
  return {
    process: server,
    rtmp: `rtmp://127.0.0.1:${rtmp}`,
    rtmps: `rtmps://localhost:${rtmps}`,
    // Ends a publisher's connection, as a platform does that has had enough of it.
    async drop(name) {
      const answer = await fetch(`http://127.0.0.1:${http}/control/drop/publisher?app=live&name=${name}`);
      return answer.ok && Number(await answer.text()) > 0;
    },
  };
}
