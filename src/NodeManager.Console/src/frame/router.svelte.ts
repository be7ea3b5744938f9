import { match, pageAddress, type Route } from './routes';

let path = $state(location.pathname);
let search = $state(location.search);

export function currentRoute(): Route {
  return match(path);
}

/** A value of the address's query; null without it. */
export function queryValue(name: string): string | null {
  return new URLSearchParams(search).get(name);
}

/** Keeps what a page shows in its address, so that a reload, a link and Back show the same. Empty values leave the address. */
export function setQuery(values: Record<string, string>): void {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }

  const text = query.size > 0 ? `?${query}` : '';
  if (text === search) return;
  search = text;
  // Browsers refuse many changes of the address within a second.
  clearTimeout(waiting);
  waiting = setTimeout(keepQuery, 200);
}

let waiting: ReturnType<typeof setTimeout> | undefined;

function keepQuery(): void {
  clearTimeout(waiting);
  waiting = undefined;
  if (search !== location.search) history.replaceState(null, '', location.pathname + search);
}

/** Shows another page of the console. */
export function go(to: string, replace = false): void {
  if (waiting !== undefined) keepQuery();
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path = location.pathname;
  search = location.search;
  scrollTo(0, 0);
}

/** Lets links to pages of the console change the page without a request. Call once. */
export function watchLinks(): () => void {
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.origin !== location.origin || !link.pathname.startsWith(pageAddress('/admin'))) return;
    // Within the page, as the link to its content.
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  };
  const back = () => {
    path = location.pathname;
    search = location.search;
  };
  document.addEventListener('click', click);
  addEventListener('popstate', back);
  return () => {
    document.removeEventListener('click', click);
    removeEventListener('popstate', back);
  };
}
