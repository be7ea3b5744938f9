import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { loadLanguage, preferredLanguage } from './frame/language.svelte';
import { applyTheme } from './frame/theme.svelte';

applyTheme();
await loadLanguage(preferredLanguage());
mount(App, { target: document.getElementById('app')! });
