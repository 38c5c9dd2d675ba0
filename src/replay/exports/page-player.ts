/*
 * What runs in an exported page. It takes frames out of the page's data and
 * puts their text into elements as text: nothing recorded ever becomes markup.
 * A frame is [milliseconds, {row: text with SGR}] on a terminal's screen, or
 * [milliseconds, text] of printed output.
 */
export const pageStyle = `
:root{color-scheme:dark light}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;background:#16181d;color:#d8dbe2}
h1{font:600 1.1rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:1rem 0}dt{color:#8b93a5}dd{margin:0;overflow-wrap:anywhere}
#screen{background:#0b0c0f;color:#d8dbe2;font:13px/1.25 ui-monospace,monospace;padding:.8rem;margin:0;overflow:auto;white-space:pre;border-radius:6px}
#screen.plain{white-space:pre-wrap;overflow-wrap:anywhere;max-height:30rem}
#screen div{min-height:1.25em}
form{display:flex;gap:.6rem;align-items:center;margin:.6rem 0 1.5rem}input{flex:1}button,select{font:inherit}
ol{list-style:none;padding:0}li{padding:.15rem 0;border-top:1px solid #2a2e37;overflow-wrap:anywhere}
li button{all:unset;cursor:pointer;color:#7fb0ff;font-family:ui-monospace,monospace;margin-right:.6rem}li button:focus-visible{outline:2px solid}
code{font-family:ui-monospace,monospace}.high,.critical{color:#ff8080}.medium{color:#ffc966}.type{color:#8b93a5;margin-right:.6rem}
`;

export const pagePlayer = `
'use strict';
(() => {
  const frames = [];
  for (const block of document.querySelectorAll('script.frames')) frames.push(...JSON.parse(block.textContent));
  const screen = document.getElementById('screen');
  const [play, seek, time, speed] = ['play', 'seek', 'time', 'speed'].map((id) => document.getElementById(id));
  const isPlain = screen.classList.contains('plain');
  const end = Number(seek.max);
  const base = ['#000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5',
    '#666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#fff'];
  const palette = (n) => {
    if (n < 16) return base[n];
    if (n > 231) return 'rgb(' + Array(3).fill(8 + (n - 232) * 10).join(',') + ')';
    const level = (v) => (v === 0 ? 0 : 55 + v * 40);
    const c = n - 16;
    return 'rgb(' + [Math.floor(c / 36), Math.floor(c / 6) % 6, c % 6].map(level).join(',') + ')';
  };
  function styled(span, sgr) {
    const codes = sgr.split(';').map(Number);
    let fg, bg, inverse = false;
    for (let i = 0; i < codes.length; i += 1) {
      const code = codes[i];
      if (code === 1) span.style.fontWeight = 'bold';
      else if (code === 2) span.style.opacity = '0.6';
      else if (code === 3) span.style.fontStyle = 'italic';
      else if (code === 4) span.style.textDecoration = 'underline';
      else if (code === 7) inverse = true;
      else if (code === 8) span.style.visibility = 'hidden';
      else if (code === 9) span.style.textDecoration = 'line-through';
      else if (code === 38 || code === 48) {
        const colour = codes[i + 1] === 5 ? palette(codes[i + 2]) : 'rgb(' + codes.slice(i + 2, i + 5).join(',') + ')';
        i += codes[i + 1] === 5 ? 2 : 4;
        if (code === 38) fg = colour; else bg = colour;
      }
    }
    if (inverse) [fg, bg] = [bg || '#0b0c0f', fg || '#d8dbe2'];
    if (fg) span.style.color = fg;
    if (bg) span.style.backgroundColor = bg;
  }
  function paint(row, text) {
    row.replaceChildren();
    let sgr = '';
    for (const part of text.split(/(\\x1b\\[[0-9;]*m)/)) {
      const found = /^\\x1b\\[([0-9;]*)m$/.exec(part);
      if (found) sgr = found[1];
      else if (part !== '') {
        const span = document.createElement('span');
        span.textContent = part;
        if (sgr !== '') styled(span, sgr);
        row.append(span);
      }
    }
  }
  let shown = 0;
  let now = 0;
  const rows = [];
  function apply(frame) {
    if (isPlain) return screen.append(frame[1]);
    for (const [index, text] of Object.entries(frame[1])) {
      if (index === 'rows') {
        while (rows.length > text) rows.pop().remove();
        continue;
      }
      while (rows.length <= index) screen.append(rows[rows.push(document.createElement('div')) - 1]);
      paint(rows[index], text);
    }
  }
  function show(ms) {
    if (shown > 0 && frames[shown - 1][0] > ms) {
      screen.replaceChildren();
      rows.length = 0;
      shown = 0;
    }
    if (isPlain) while (shown < frames.length && frames[shown][0] <= ms) apply(frames[shown++]);
    else {
      const merged = {};
      while (shown < frames.length && frames[shown][0] <= ms) Object.assign(merged, frames[shown++][1]);
      apply([ms, merged]);
    }
    if (isPlain) screen.scrollTop = screen.scrollHeight;
    now = ms;
    seek.value = String(ms);
    const seconds = Math.floor(ms / 1000);
    time.textContent = Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
  }
  let last;
  function tick(stamp) {
    if (last === undefined) return;
    show(Math.min(end, now + (stamp - last) * Number(speed.value)));
    last = stamp;
    if (now >= end) return pause();
    requestAnimationFrame(tick);
  }
  function pause() {
    last = undefined;
    play.textContent = 'Play';
  }
  play.addEventListener('click', () => {
    if (last !== undefined) return pause();
    if (now >= end) show(0);
    last = performance.now();
    play.textContent = 'Pause';
    requestAnimationFrame(tick);
  });
  seek.addEventListener('input', () => show(Number(seek.value)));
  for (const button of document.querySelectorAll('button[data-ms]')) {
    button.addEventListener('click', () => {
      show(Number(button.dataset.ms));
      screen.scrollIntoView({ block: 'nearest' });
    });
  }
  show(end);
})();
`;
