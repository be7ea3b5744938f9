// Text that others wrote (annotations, messages of events and conditions, output of scripts, reasons of agents) is shown with everything that is not to be
// seen as an escape, as the cmdlets show it: a reader trusts the order of what is read. Values stay as they are; only what is shown is escaped.

/** Controls, overrides of the writing direction and other format characters, separators of lines, halves of surrogate pairs, and what no text has. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
const all = new RegExp(hidden.source, 'u');

function escape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')}`).join('');
}

/** A text as it is shown: line breaks and tabs stay, everything else that is hidden is an escape such as `\u202E`. */
export function displayText(text: string): string {
  return all.test(text) ? text.replace(/\r\n/g, '\n').replace(hidden, one => (one === '\n' || one === '\t' ? one : escape(one))) : text;
}

/** A value as JSON to read and edit: it has no hidden characters, and reads back as the same value. */
export function displayJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(hidden, one => (one === '\n' ? one : escape(one)));
}
