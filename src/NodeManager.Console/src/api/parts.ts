/** A first part is small, so that something is shown soon. In characters. */
const firstPart = 256 * 1024;

/** Later parts are parsed one by one with pauses between, in which the page draws and answers. In characters. */
const laterPart = 1024 * 1024;

/**
 * Reads a JSON array that the server writes in lines, each with whole elements.
 * @param take Gets the elements of each part, and whether more follow.
 */
export async function readParts<T>(body: ReadableStream<Uint8Array<ArrayBuffer>>, take: (items: T[], isMore: boolean) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let wanted = firstPart;
  while (true) {
    const { done, value } = await reader.read();
    text += value ?? '';
    if (done) break;
    if (text.length < wanted) continue;
    const end = text.lastIndexOf('\n');
    if (end < 0) continue;
    take(elements(text.slice(0, end)), true);
    text = text.slice(end + 1);
    wanted = laterPart;
    await pause();
  }

  const rest = text.trimEnd();
  if (!rest.endsWith(']')) throw new SyntaxError('The array has no end.');
  take(elements(rest.slice(0, -1)), false);
  if (wanted === laterPart) await pause();
}

function pause(): Promise<void> {
  return new Promise(resume => setTimeout(resume));
}

// A line begins with the bracket of the array, or with a comma.
function elements<T>(lines: string): T[] {
  return JSON.parse(`[${lines.slice(1)}]`) as T[];
}
