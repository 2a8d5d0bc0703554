/** The page's only style sheet: system fonts, light and dark, one column that fits a phone. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#ddd8d0, #3d3b38); --soft: light-dark(#6b6660, #a8a29a);
  --card: light-dark(#fff, #262524); --page: light-dark(#f6f4f0, #1b1a19); --ink: light-dark(#24221f, #ece8e2);
  --accent: light-dark(#2f6b3f, #8fcf9f); --bad: light-dark(#a12622, #ff9d94); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main, body > header { max-width: 40rem; margin: 0 auto; padding: 0 1rem; }
body > header { padding-top: 1.25rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .4rem 0; }
a { color: var(--accent); }
nav a { margin-right: .75rem; }
nav a[aria-current] { font-weight: 600; color: inherit; text-decoration: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; margin: .75rem 0; }
.soft { color: var(--soft); font-size: .875rem; }
.bad { border-color: var(--bad); color: var(--bad); }
.find, .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.find { margin: 1rem 0; }
.find label { flex-basis: 100%; }
.find input { flex: 1 1 14rem; }
.who { display: flex; gap: .75rem; align-items: center; min-width: 0; }
.who > div { min-width: 0; }
time { white-space: nowrap; }
.handle { overflow-wrap: anywhere; }
.avatar { flex: none; width: 2.75rem; height: 2.75rem; border-radius: 50%; object-fit: cover; background: var(--line);
  display: grid; place-items: center; font-weight: 600; }
.content { overflow-wrap: anywhere; margin: .6rem 0; }
.content pre { overflow-x: auto; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .6rem; align-items: start; }
.actions details[open] { flex-basis: 100%; }
input, textarea, select, button, summary { font: inherit; }
input, textarea, select { color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .6rem; }
textarea { display: block; width: 100%; min-height: 4.5rem; margin: .5rem 0; }
button, .actions summary { color: inherit; background: none; border: 1px solid var(--line); border-radius: .4rem;
  padding: .4rem .8rem; min-height: 2.5rem; cursor: pointer; }
.actions summary { list-style: none; display: inline-block; }
.actions summary::-webkit-details-marker { display: none; }
button.on { border-color: var(--accent); color: var(--accent); font-weight: 600; }
button.main { background: var(--accent); border-color: var(--accent); color: light-dark(#fff, #14241a); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
ul.plain { list-style: none; padding: 0; margin: 0; }
`;
