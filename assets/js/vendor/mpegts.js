// FLV over HTTP into Media Source Extensions; loaded by player.js when a picture is first wanted.
export { default } from 'mpegts.js';
