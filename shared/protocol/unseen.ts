/** What cannot be seen, and what covers that which is around it. */

// Controls, zero-width and direction marks, and what is no character at all, which no queue takes.
const invisible = String.raw`[\p{Cc}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]`;
const emoji = String.raw`[\p{Extended_Pictographic}\p{Emoji_Modifier}]`;
const shortScripts = String.raw`[\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}]`; // their letters stand for themselves

// Some of it stays, where writing needs it: flags, joiners within emoji and between letters of scripts that join theirs, and
// the one selector that tells which form of a character is meant.
const unseen = new RegExp(
  [
    String.raw`(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,7}\u{e007f}`,
    String.raw`(?<=${emoji}\ufe0f?)\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=(?!${invisible}|${shortScripts})[\p{L}\p{M}])[\u200c\u200d](?=(?!${invisible})[\p{L}\p{M}])`,
    String.raw`(?<=(?!${invisible})[\p{L}\p{N}\p{P}\p{S}])\p{Variation_Selector}`,
    String.raw`[\t\n])`,
    invisible,
  ].join('|'),
  'gu',
);

// Marks stand above one another: without an end they cover the lines around them. No writing needs more.
const towers = /((?:[\u200c\u200d]?\p{M}){8})(?:[\u200c\u200d]?\p{M})+/gu;

/** The same text with nothing in it that reorders or hides what stands around it, or looks empty. */
export const withoutUnseen = (text: string): string =>
  text.replace(unseen, (_, needed?: string) => needed ?? '').replace(towers, '$1');
