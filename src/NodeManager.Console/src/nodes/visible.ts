export interface Visible { first: number; end: number; before: number; after: number }

/**
 * Which rows of a long table are shown, and how much space stands for the others.
 * @param count of all rows
 * @param height of a row, in pixels
 * @param top where the first row begins, relative to the upper edge of the window; negative when scrolled
 * @param view the height of the window
 * @param margin how many rows beyond the window are kept, so that scrolling and focus find them
 */
export function visible(count: number, height: number, top: number, view: number, margin: number): Visible {
  const first = Math.max(0, Math.min(count, Math.floor(-top / height) - margin));
  const end = Math.max(first, Math.min(count, Math.ceil((view - top) / height) + margin));
  return { first, end, before: first * height, after: (count - end) * height };
}
