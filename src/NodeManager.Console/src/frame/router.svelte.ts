import { match, pageAddress, type Route } from './routes';

let path = $state(location.pathname);

export function currentRoute(): Route {
  return match(path);
}

/** Shows another page of the console. */
export function go(to: string, replace = false): void {
  if (to === location.pathname) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path = to;
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
    go(link.pathname);
  };
  const back = () => { path = location.pathname; };
  document.addEventListener('click', click);
  addEventListener('popstate', back);
  return () => {
    document.removeEventListener('click', click);
    removeEventListener('popstate', back);
  };
}
