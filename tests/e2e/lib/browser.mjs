// Debian's Chromium, driven by playwright-core. Every page opened through here is watched: console
// errors, exceptions and violations of the content security policy fail the test at its end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE = { width: 390, height: 844 };
export const LAPTOP = { width: 1280, height: 800 };

export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

// A visitor: a context with a language and a window. visitor.page() opens watched pages.
export async function visitor(browser, { locale = 'zh-CN', viewport = LAPTOP, ...options } = {}) {
  const context = await browser.newContext({
    locale,
    viewport,
    hasTouch: viewport.width < 600,
    ...options,
  });
  const complaints = [];
  await context.exposeBinding('reportViolation', (_, text) => complaints.push(`CSP: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      window.reportViolation(`${e.violatedDirective} ${e.blockedURI} on ${location.pathname}`),
    );
  });
  return {
    context,
    complaints,
    allowed: [], // patterns of complaints that the test provokes on purpose
    async page() {
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('console', (m) => {
        if (m.type() === 'error') complaints.push(`console: ${m.text()} (${m.location().url})`);
      });
      page.on('pageerror', (e) => complaints.push(`exception: ${e.stack}`));
      return page;
    },
    unexpected() {
      return complaints.filter((c) => !this.allowed.some((pattern) => pattern.test(c)));
    },
    assertQuiet() {
      assert.deepEqual(this.unexpected(), []);
    },
    async close() {
      await context.close();
      this.assertQuiet();
    },
  };
}

const AXE_ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// Serious and critical findings of axe-core (WCAG 2.0 to 2.2, A and AA), as readable lines; of all
// rules, or of some tags or rules.
export async function axe(page, only = AXE_ALL) {
  // A colour on its way to another one is no fault.
  await page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();
  });
  // evaluate() runs in the page but is not subject to its script policy.
  if (await page.evaluate('!globalThis.axe')) await page.evaluate(axeSource);
  const results = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] }),
    only,
  );
  return results.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.html.slice(0, 160)} ${n.failureSummary}`));
}

// Nothing is wider than the window, and nothing reaches beyond it but inside what scrolls or clips.
export async function assertFits(page) {
  const { scroll, window, beyond } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const isKept = (e) => {
      for (let up = e.parentElement; up && up !== document.body; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible') return true;
      return false;
    };
    const beyond = [...document.body.querySelectorAll('*')].filter((e) => {
      const { left, right, width } = e.getBoundingClientRect();
      const isOut = width > 0 && (right > clientWidth + 1 || left < -1);
      return isOut && e.checkVisibility() && !isKept(e);
    });
    return {
      scroll: scrollWidth,
      window: clientWidth,
      beyond: beyond.map((e) => e.outerHTML.slice(0, 120)),
    };
  });
  assert.ok(scroll <= window, `${page.url()} is ${scroll} px wide in a window of ${window} px`);
  assert.deepEqual(beyond, [], `${page.url()}: these reach beyond the window of ${window} px`);
}

// The picture of a page's video: frames decoded and where it stands.
export function picture(page) {
  return page.evaluate(() => {
    const video = document.querySelector('video');
    if (!video) return null;
    const quality = video.getVideoPlaybackQuality();
    return {
      time: video.currentTime,
      frames: quality.totalVideoFrames,
      width: video.videoWidth,
      height: video.videoHeight,
      paused: video.paused,
      behind: video.buffered.length ? video.buffered.end(video.buffered.length - 1) - video.currentTime : 0,
    };
  });
}
