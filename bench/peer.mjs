// The peer of `script/bench live`: node-media-server on two loopback ports, nothing else switched on.
//   node bench/peer.mjs RTMP_PORT HTTP_PORT
import NodeMediaServer from 'node-media-server';

const [rtmp, http] = process.argv.slice(2).map(Number);
new NodeMediaServer({
  bind: '127.0.0.1',
  notify: { url: '' },
  auth: { play: false, publish: false, secret: '' },
  rtmp: { port: rtmp },
  http: { port: http },
  record: { path: '' },
}).run();
