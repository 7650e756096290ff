// Real encoders: ffmpeg and GStreamer, with a moving picture and a tone.
import { Process } from './process.mjs';

// options: size, fps, keyframe distance in frames, seconds (endless when absent), kbps.
export function ffmpeg(url, options = {}) {
  const { size = '320x180', fps = 25, gop = 25, seconds, kbps = 300, audio = true } = options;
  return new Process(
    'ffmpeg',
    [
      '-hide_banner', '-loglevel', 'warning', '-nostdin', '-re',
      '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}`,
      ...(audio ? ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'] : []),
      ...(seconds ? ['-t', String(seconds)] : []),
      '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p',
      '-g', String(gop), '-keyint_min', String(gop), '-b:v', `${kbps}k`, '-threads', '1',
      ...(audio ? ['-c:a', 'aac', '-b:a', '64k'] : []),
      '-f', 'flv', url,
    ],
    { name: 'ffmpeg' },
  );
}

export function gstreamer(url) {
  const video =
    'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1 ! ' +
    'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=300 ! ' +
    'video/x-h264,profile=baseline ! h264parse ! queue ! mux.';
  const audio =
    'audiotestsrc is-live=true ! audioconvert ! audioresample ! ' +
    'audio/x-raw,rate=44100,channels=2 ! voaacenc ! aacparse ! queue ! mux.';
  const words = `flvmux name=mux streamable=true ! rtmpsink location=${url} ${video} ${audio}`;
  return new Process('gst-launch-1.0', ['-q', ...words.split(' ')], { name: 'gstreamer' });
}
