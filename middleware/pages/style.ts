/**
 * The one style of all pages: system fonts, light and dark, from 320 px up.
 *
 * Every page carries exactly this text, so that its hash in the Content-Security-Policy is one constant.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f4f4f5; --card: #fff; --edge: #e4e4e7; --text: #18181b; --soft: #52525b;
  --control: #fff; --control-edge: #d0d0d6; --control-hover: #f7f7f8; --control-edge-hover: #a1a1aa;
  --strong: #18181b; --strong-hover: #34343a; --on-strong: #fff;
  --tint: #fdf0e3; --on-tint: #9a4a07; --focus: #1d5fd6;
  --shadow: 0 1px 2px rgb(24 24 27 / .05), 0 12px 32px -12px rgb(24 24 27 / .12);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101012; --card: #19191c; --edge: #2b2b30; --text: #f4f4f5; --soft: #a9a9b2;
    --control: #222226; --control-edge: #3b3b42; --control-hover: #2b2b30; --control-edge-hover: #62626c;
    --strong: #f4f4f5; --strong-hover: #d9d9de; --on-strong: #18181b;
    --tint: #39260f; --on-tint: #f6b877; --focus: #8ab4ff;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: clamp(16px, 5vw, 48px) clamp(12px, 4vw, 32px);
  display: grid; grid-template-columns: minmax(0, 440px); justify-content: center; align-content: center;
  background: var(--page); color: var(--text);
  font: 400 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-font-smoothing: antialiased; overflow-wrap: anywhere;
}
main {
  padding: clamp(24px, 7vw, 40px) clamp(20px, 6vw, 36px);
  background: var(--card); border: 1px solid var(--edge); border-radius: 20px; box-shadow: var(--shadow);
}
h1 { margin: 0; font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
p { margin: 8px 0 0; color: var(--soft); text-wrap: pretty; }
.eyebrow { margin: 0 0 4px; font-size: 14px; }
.emblem {
  display: grid; place-items: center; width: 48px; height: 48px; margin-bottom: 20px;
  border-radius: 50%; background: var(--tint); color: var(--on-tint);
}
.account {
  display: flex; align-items: center; gap: 12px; margin: 20px 0 0; padding: 10px 12px;
  border: 1px solid var(--edge); border-radius: 12px; background: var(--page); color: var(--text);
  font-size: 15px; line-height: 1.35;
}
.account b { font-weight: 600; }
ul { list-style: none; margin: 24px 0 0; padding: 0; display: grid; gap: 10px; }
form, .actions { display: grid; gap: 10px; margin: 28px 0 0; }
form + .actions { margin-top: 10px; }
.asking { margin: 0; padding: 14px; border: 1px solid var(--edge); border-radius: 16px; }
.field { display: grid; gap: 6px; font-size: 15px; color: var(--soft); }
.field input {
  width: 100%; min-height: 48px; padding: 10px 14px; border: 1px solid var(--control-edge-hover); border-radius: 12px;
  background: var(--control); color: var(--text); font: inherit; font-size: 16px;
}
.field input:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
.field input[aria-invalid] { border-color: var(--on-tint); }
.field + .button { margin-top: 6px; }
.problem { margin-top: 16px; padding: 10px 12px; border-radius: 12px; background: var(--tint); color: var(--on-tint); }
.actions:last-child:has(> .quiet:last-child) { margin-bottom: -12px; }
.button {
  display: flex; align-items: center; justify-content: center; gap: 12px;
  width: 100%; min-height: 48px; margin: 0; padding: 11px 16px;
  border: 1px solid var(--control-edge); border-radius: 12px; background: var(--control); color: var(--text);
  font: inherit; font-weight: 600; line-height: 1.35; text-align: center; text-decoration: none; cursor: pointer;
  transition: background-color .12s, border-color .12s;
}
.button:hover { background: var(--control-hover); border-color: var(--control-edge-hover); }
.button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.button.strong { background: var(--strong); border-color: var(--strong); color: var(--on-strong); }
.button.strong:hover { background: var(--strong-hover); border-color: var(--strong-hover); }
.button.quiet { border-color: transparent; background: none; color: var(--soft); font-weight: 500; }
.button.quiet:hover { background: var(--control-hover); color: var(--text); }
.button.provider { min-height: 56px; padding: 9px 14px 9px 10px; text-align: start; }
.provider .label { flex: 1; min-width: 0; font-weight: 400; color: var(--soft); }
.provider b { font-weight: 600; color: var(--text); }
b { display: inline-block; max-width: 100%; }
.chevron { flex: none; width: 16px; height: 16px; color: var(--soft); transition: translate .12s; }
.provider:hover .chevron { translate: 2px 0; }
.mark {
  flex: none; position: relative; width: 36px; height: 36px; overflow: hidden; border-radius: 9px;
  background: var(--page); color: var(--text); fill: currentColor; font-size: 19px; font-weight: 700; line-height: 1;
}
.mark::after {
  content: ""; position: absolute; inset: 0; border-radius: inherit; box-shadow: inset 0 0 0 1px rgb(128 128 136 / .32);
}
.mark.white { color: #fff; }
.mark.black { color: #000; }
.mark.round { border-radius: 50%; background: var(--card); }
.plate, .symbol { position: absolute; inset: 0; width: 100%; height: 100%; }
.symbol { display: grid; place-items: center; pointer-events: none; }
.symbol > svg { display: block; width: 20px; height: 20px; }
.note { margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--edge); font-size: 13px; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; user-select: all; }
.late { animation: appear .2s .7s both; }
@keyframes appear { from { opacity: 0; } }
@media (max-width: 379px) { .chevron { display: none; } }
@media (prefers-reduced-motion: reduce) {
  .button, .chevron { transition: none; }
  .provider:hover .chevron { translate: none; }
  .late { animation-duration: 1ms; }
}
@media (forced-colors: active) {
  .button, .button.quiet { border-color: currentColor; }
  .mark { forced-color-adjust: none; }
}
`
