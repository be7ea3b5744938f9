import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { guardDisplay } from './frame/displayGuard';
import { loadLanguage, preferredLanguage } from './frame/language.svelte';
import { pages } from './frame/pages';
import { currentRoute } from './frame/router.svelte';
import { start } from './frame/session.svelte';
import { signInSecret } from './frame/signInLink';
import { applyTheme } from './frame/theme.svelte';
import { keepNodes } from './nodes/nodes.svelte';

applyTheme();
guardDisplay(document);
// What the first page needs is requested at once, and not one after another: its code, the nodes that it lists, the caller, and the texts.
const { page } = currentRoute();
void pages[page]();
// A sign-in link gives the credentials first.
let stop = page === 'nodes' && !signInSecret(location.hash) ? keepNodes() : undefined;
void start();
await loadLanguage(preferredLanguage());
mount(App, {
  target: document.getElementById('app')!,
  props: {
    // The page itself now keeps what it shows.
    started: () => {
      stop?.();
      stop = undefined;
    },
  },
});
