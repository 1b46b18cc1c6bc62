const SCRIPT = document.currentScript || document.querySelector('script[src*="widget.js"]') || { dataset: { auto: 'off' } };
const HOST = new URL('.', SCRIPT.src || document.baseURI).href; // the server that the script came from
