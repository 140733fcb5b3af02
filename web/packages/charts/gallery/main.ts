/** Every chart type and state on one page: ?theme=dark&locale=fr&size=tile&only=bar. */
import '@fontsource-variable/inter';
import { mount } from 'svelte';
import Gallery from './Gallery.svelte';

mount(Gallery, { target: document.getElementById('gallery')! });
