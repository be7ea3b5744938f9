export interface Notice { id: number; text: string; bad: boolean }

let notices = $state.raw<Notice[]>([]);
let last = 0;

export function allNotices(): Notice[] {
  return notices;
}

/** Says at the edge of the window what was done. Failures stay until they are dismissed. */
export function notify(text: string, bad = false): void {
  const notice = { id: ++last, text, bad };
  notices = [...notices.slice(-3), notice];
  if (!bad) setTimeout(() => dismiss(notice.id), 6000);
}

export function dismiss(id: number): void {
  notices = notices.filter(notice => notice.id !== id);
}
