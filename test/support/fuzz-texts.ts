/** Texts that are changed here and there, and HTML that wants to be more than text. */
import fc from 'fast-check';
import { anyText } from './arbitraries.ts';

/** A way to spoil something. */
export type Change<T> = (given: T) => T;

/** Changes a text at one place. */
export const anEdit: fc.Arbitrary<Change<string>> = fc
  .tuple(fc.nat(), fc.nat(8), fc.oneof(anyText, fc.constantFrom(...'",;:=(){}[] \t', '"@status"', 'created=1', 'AAAA')))
  .map(([place, removed, inserted]) => (text: string) => {
    const at = text.length === 0 ? 0 : place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + removed);
  });
/** Edits of a JSON text that leave little of it. */
export const textEdits: fc.Arbitrary<Change<string>> = fc
  .array(
    fc.oneof(
      anEdit,
      fc
        .tuple(
          fc.nat(),
          fc.constantFrom(
            '"id":7,',
            '"__proto__":{"type":"Follow"},',
            '"x":1e999,',
            '{',
            '}',
            '[',
            ']',
            '"',
            '\\',
            '\\ud800',
            '\u0000',
            ',',
            ':',
          ),
        )
        .map(([place, inserted]) => (text: string) => {
          const at = place % (text.length + 1);
          return text.slice(0, at) + inserted + text.slice(at);
        }),
    ),
    { maxLength: 3 },
  )
  .map((edits) => (text) => edits.reduce((edited, edit) => edit(edited), text));
const pieces = [
  '<script>',
  '</script>',
  '<script src=//x.example>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><a xlink:href="javascript:alert(1)">',
  '<math><mi xlink:href="data:x">',
  '<style>',
  '</style>',
  '<a href="javascript:alert(1)">',
  '<a href=" jAvAsCrIpT&colon;alert(1)">',
  '<a href="https://x.example/" onclick=x>',
  '<a href="http://x.example/">',
  '<a href=//x.example>',
  '</a>',
  '<iframe srcdoc=',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml',
  '<p onclick=x>',
  '<p>',
  '</p>',
  '<br>',
  '<',
  '>',
  '"',
  "'",
  '&lt;script&gt;',
  '&#x3c;script&#x3e;',
  '&#0;',
  '\u0000',
  '<noscript>',
  '<template>',
  '<textarea>',
  '</title>',
  '<xmp>',
  '<plaintext>',
  '<b',
  '<form action=',
  '<base href=',
  '<meta http-equiv=refresh content=',
  '<object data=',
  '<embed src=',
  '<p style="background:url(javascript:x)">',
  'text',
];

/** HTML that wants to be more than text. */
export const hostileHtml: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...pieces), anyText), { maxLength: 14 })
  .map((parts) => parts.join(''));
