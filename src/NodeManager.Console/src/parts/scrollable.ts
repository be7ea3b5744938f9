/** Makes an area that scrolls reachable by key, while it scrolls: https://dequeuniversity.com/rules/axe/4.10/scrollable-region-focusable */
export function scrollable(area: HTMLElement): () => void {
  const measure = () => {
    if (area.scrollWidth > area.clientWidth || area.scrollHeight > area.clientHeight) area.tabIndex = 0;
    else area.removeAttribute('tabindex');
  };
  const observer = new ResizeObserver(measure);
  observer.observe(area);
  for (const child of area.children) observer.observe(child);
  measure();
  return () => observer.disconnect();
}
