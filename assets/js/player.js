// The live picture. FLV over HTTP through Media Source where the browser can, else HLS (its own on
// iPhones, hls.js elsewhere). Stays at the live edge, comes back by itself, and says what is wrong.
//
//   idle ──start──▶ opening ──first picture──▶ playing ──no bytes──▶ waiting ──bytes──▶ playing
//                      ▲                                               │ 12 s, or closed
//                      └────────────── after a growing wait ◀──────────┘
import { backoff } from './util.js';

const EDGE_S = 0.7; // how far behind the newest frame a jump lands
const HLS_EDGE_S = 4; // the same where frames come in segments
const CALM_S = 1.3; // above this, play a little faster
const LATE_S = 4; // above this, jump
const STALL_MS = 12000; // no progress for so long: open again (the server waits 15 s for an encoder)
const SAY_STALL_MS = 2500;
const SAY_LATE_MS = 3000; // what is caught up with sooner needs no words

/** @returns {{onAir(on: boolean): void, ended(): void, latency(): number|null}} */
export function player(stage) {
  const video = stage.querySelector('video');
  const state = stage.querySelector('[data-state]');
  const note = stage.querySelector('[data-note]');
  const unmute = stage.querySelector('[data-unmute]');
  const say = stage.dataset;

  let engine = null; // what feeds the video now: { isHls, close() }
  let attempt = 0;
  let failedFlv = 0;
  let retryTimer = 0;
  let stopped = say.stopped === '1';
  let over = say.status === 'ended';
  let onAir = say.onAir === '1';
  let lastTime = 0;
  let lastProgress = performance.now();
  let lateSince = 0; // when it began to be late, or 0

  const paused = () => show(stopped ? say.textStopped : say.textPaused, stopped ? say.textStoppedHint : say.textPausedHint);

  function show(title, hint, waiting) {
    state.replaceChildren();
    if (title) {
      if (waiting) {
        const spinner = document.createElement('span');
        spinner.className = 'waiting';
        state.append(spinner);
      }
      const strong = document.createElement('strong');
      strong.append(title);
      state.append(strong);
      if (hint) {
        const p = document.createElement('p');
        p.append(hint);
        state.append(p);
      }
    }
    state.hidden = !title;
  }

  function whisper(text) {
    note.textContent = text ?? '';
    note.hidden = !text;
  }

  function close() {
    clearTimeout(retryTimer);
    engine?.close();
    engine = null;
  }

  function again(why) {
    if (over || retryTimer) return;
    // An answer that makes no picture: this browser, or a box on the way, cannot do it; HLS is
    // tried then. Nothing is learnt from no answer, and after HLS failed, too, FLV gets its turn.
    if (engine?.isHls) failedFlv = 0;
    else if (!stage.classList.contains('playing') && onAir && why !== 'NetworkError') failedFlv++;
    close();
    stage.classList.remove('playing');
    unmute.hidden = true; // there is nothing to hear; playing() offers it again
    if (onAir) show(say.textReconnecting, '', true);
    else paused();
    whisper('');
    retryTimer = setTimeout(() => {
      retryTimer = 0;
      open();
    }, backoff(attempt++, onAir ? 4000 : 8000));
    stage.dataset.why = why;
  }

  async function open() {
    if (over) return;
    close();
    lastProgress = performance.now();
    try {
      engine = (failedFlv < 2 && (await openFlv())) || openNativeHls() || (await openHls());
      if (!engine) return show(say.textUnsupported, say.textUnsupportedHint);
      await video.play().catch((error) => {
        // Not even a muted picture may start by itself: offer a button.
        if (error.name === 'NotAllowedError') unmute.hidden = false;
      });
    } catch {
      again('open');
    }
  }

  async function openFlv() {
    if (!window.MediaSource && !window.ManagedMediaSource) return null;
    const { default: mpegts } = await import(say.mpegts);
    if (!mpegts.getFeatureList().mseLivePlayback) return null;
    mpegts.LoggingControl.enableAll = false;
    const flv = mpegts.createPlayer(
      { type: 'flv', isLive: true, url: new URL(say.flv, location.href).href },
      {
        enableStashBuffer: false, // show a frame as soon as it is here
        lazyLoad: false,
        autoCleanupSourceBuffer: true,
        autoCleanupMaxBackwardDuration: 30,
        autoCleanupMinBackwardDuration: 10,
      },
    );
    let closed = false;
    // In a task of its own: mpegts.js still hands on, in microtasks, what it had found before, and
    // would do so to what destroy() has taken away.
    const lost = (why) => setTimeout(() => closed || again(why));
    flv.on(mpegts.Events.ERROR, lost);
    flv.on(mpegts.Events.LOADING_COMPLETE, () => lost('end'));
    flv.attachMediaElement(video);
    flv.load();
    return {
      isHls: false,
      close() {
        closed = true;
        flv.destroy();
      },
    };
  }

  function openNativeHls() {
    if (!video.canPlayType('application/vnd.apple.mpegurl')) return null;
    const lost = () => again('hls');
    video.addEventListener('error', lost);
    video.src = say.hls;
    return {
      isHls: true,
      close() {
        video.removeEventListener('error', lost);
        video.removeAttribute('src');
        video.load();
      },
    };
  }

  async function openHls() {
    const { default: Hls } = await import(say.hlsjs);
    if (!Hls.isSupported()) return null;
    const hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2, lowLatencyMode: true });
    hls.on(Hls.Events.ERROR, (_, data) => data.fatal && again(data.details));
    hls.loadSource(say.hls);
    hls.attachMedia(video);
    return { isHls: true, close: () => hls.destroy() };
  }

  /** Seconds behind the newest frame that is here, or null when there is none. */
  function latency() {
    const ranges = video.buffered;
    return ranges.length ? ranges.end(ranges.length - 1) - video.currentTime : null;
  }

  function toEdge() {
    const ranges = video.buffered;
    if (!ranges.length) return;
    const last = ranges.length - 1;
    const edge = engine?.isHls ? HLS_EDGE_S : EDGE_S;
    video.currentTime = Math.max(ranges.start(last), ranges.end(last) - edge);
    video.playbackRate = 1;
  }

  function watch() {
    if (over || !engine) return;
    const now = performance.now();
    if (video.currentTime !== lastTime) {
      lastTime = video.currentTime;
      lastProgress = now;
      if (!state.hidden && !video.paused && video.readyState >= 2) playing();
    }
    const behind = latency();
    const { isHls } = engine;
    if (behind !== null && !document.hidden) {
      // A gap (the encoder was away): what is new lies in a later range.
      const ranges = video.buffered;
      const inLast = video.currentTime >= ranges.start(ranges.length - 1) - 0.05;
      if (!inLast || behind > (isHls ? 12 : LATE_S)) toEdge();
      else if (!isHls) video.playbackRate = behind > CALM_S ? 1.08 : 1;
      const late = behind > (isHls ? 10 : 2.5) && inLast;
      lateSince = late ? lateSince || now : 0;
      whisper(lateSince && now - lateSince > SAY_LATE_MS ? say.textBehind : '');
    }
    const still = now - lastProgress;
    if (video.paused) {
      lastProgress = now;
    } else if (still > STALL_MS) {
      again('stall');
    } else if (still > SAY_STALL_MS && stage.classList.contains('playing')) {
      if (onAir) show(say.textReconnecting, '', true);
      else paused();
    }
  }

  function playing() {
    attempt = 0;
    failedFlv = 0;
    show('');
    stage.classList.add('playing');
    if (video.muted) unmute.hidden = false;
  }

  video.addEventListener('playing', playing);
  // A picture wider than high is shown whole; the stage is made for one that is held upright.
  video.addEventListener('resize', () =>
    stage.classList.toggle('wide', video.videoWidth > video.videoHeight),
  );
  // Another tab for a while: the browser slowed us down, so go back to now.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || over || !engine) return;
    lastProgress = performance.now();
    if ((latency() ?? 0) > CALM_S) toEdge();
    video.play().catch(() => {});
  });
  window.addEventListener('online', () => engine || over || open());
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (event) => event.persisted && begin());
  unmute.addEventListener('click', () => {
    video.muted = false;
    unmute.hidden = true;
    toEdge();
    video.play().catch(() => {});
  });

  function begin() {
    if (over) show(say.textEnded, say.textEndedHint);
    else if (say.status === 'planned' && !onAir) state.hidden = false; // the page says when
    else {
      if (onAir) show(say.textLoading, '', true);
      else paused();
      open();
    }
  }

  setInterval(watch, 400);
  begin();

  return {
    onAir(on) {
      const was = onAir;
      onAir = on;
      if (on) stopped = false;
      if (over || !on) return;
      if (!engine || (!was && performance.now() - lastProgress > SAY_STALL_MS)) {
        attempt = 0;
        clearTimeout(retryTimer);
        retryTimer = 0;
        if (!engine) {
          show(say.textLoading, '', true);
          open();
        }
      }
    },
    /** By the base: it does not go on by itself. */
    stop() {
      stopped = true;
      if (!over) paused();
    },
    ended() {
      over = true;
      close();
      unmute.hidden = true;
      whisper('');
      show(say.textEnded, say.textEndedHint);
    },
    latency,
  };
}
