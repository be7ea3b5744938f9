import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { guardDisplay } from './frame/displayGuard';
import { loadLanguage, preferredLanguage } from './frame/language.svelte';
import { applyTheme } from './frame/theme.svelte';

applyTheme();
guardDisplay(document);
await loadLanguage(preferredLanguage());
mount(App, { target: document.getElementById('app')! });
