import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { hasSession } from './api/client';
import { guardDisplay } from './frame/displayGuard';
import { loadLanguage, preferredLanguage } from './frame/language.svelte';
import { match } from './frame/routes';
import { start } from './frame/session.svelte';
import { applyTheme } from './frame/theme.svelte';
import { keepNodes } from './nodes/nodes.svelte';
import { pages } from './pages';

/** How long the page may take to show the nodes that are read for it, in milliseconds. */
const longestMount = 5000;

applyTheme();
guardDisplay(document);
// What the first page needs is requested concurrently: its code, the caller, the words, and the nodes.
const first = match(location.pathname).page;
void pages[first]().catch(() => undefined);
if (first === 'nodes' && !location.hash && hasSession()) setTimeout(keepNodes(), longestMount);
void start();
await loadLanguage(preferredLanguage());
mount(App, { target: document.getElementById('app')! });
