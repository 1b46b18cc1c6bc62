// The panel without its contents: open and closed, focus, place, theme. All options are data-* attributes, the same on the
// element and on the script tag.

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);
const NARROW = matchMedia('(max-width: 640px)');
const DARK = matchMedia('(prefers-color-scheme: dark)');
const TOUCH = matchMedia('(pointer: coarse)');
const FOCUSABLE = 'a[href], button:not(:disabled), textarea, input, [tabindex="0"]';
const THEMED = ['accent', 'on-accent', 'background', 'surface', 'text', 'font', 'radius', 'width', 'height', 'gap'];

class WenbaoPanel extends HTMLElement {
  get inline() { return this.dataset.mode === 'inline'; }

  get server() {
    const host = new URL(this.dataset.host || HOST, document.baseURI).href;
    return { host: host.endsWith('/') ? host : `${host}/`, key: this.dataset.key };
  }

  get key() {
    const same = [...document.querySelectorAll('wenbao-chat')].filter(other => !other.dataset.name);
    return `wenbao ${this.server.host} ${this.dataset.name || `#${same.indexOf(this)}`}`;
  }

  open() { this.show(true, true); }

  close() { if (!this.inline) this.show(false, true); }

  wasOpen() {
    try { return sessionStorage.getItem(`${this.key} open`) === '1'; } catch { return false; }
  }

  show(open, focus) {
    const { launcher, panel, box } = this.parts;
    const changed = panel.hidden === open;
    panel.hidden = !open;
    launcher.hidden = open || this.inline;
    launcher.setAttribute('aria-expanded', String(open));
    try { sessionStorage.setItem(`${this.key} open`, open ? '1' : ''); } catch { /* it opens closed next time */ }
    if (open) { this.fit(); this.follow(); this.suggest(); } else this.peek.hide();
    // On a touch screen the keyboard would cover half of what there is to read.
    if (focus) (open ? (TOUCH.matches ? panel : box) : launcher).focus();
    if (changed && !this.inline) this.dispatchEvent(new CustomEvent(open ? 'wenbao-open' : 'wenbao-close', { bubbles: true }));
  }

  keyPressed(event) {
    if (event.key === 'Escape' && !event.isComposing) {
      if (this.peek.shown) this.peek.hide();
      else this.close();
    }
    if (event.key !== 'Tab' || this.inline) return;
    const all = [...this.parts.panel.querySelectorAll(FOCUSABLE)].filter(element => element.checkVisibility?.() ?? element.offsetParent);
    const at = all.indexOf(this.shadowRoot.activeElement);
    if (event.shiftKey ? at > 0 : at >= 0 && at < all.length - 1) return;
    if (!all.length || this.parts.panel.hidden) return;
    event.preventDefault();
    all.at(event.shiftKey ? -1 : 0).focus();
  }

  // On a small screen the panel is as high as what the keyboard leaves of it.
  fit() {
    const { style } = this.parts.root;
    const { height, offsetTop } = visualViewport || { height: innerHeight, offsetTop: 0 };
    style.setProperty('--visible-height', `${height}px`);
    style.setProperty('--visible-top', `${offsetTop}px`);
    if (NARROW.matches) this.follow();
  }

  // A floating widget lies above all of the page, whatever the page's own layers are.
  raise() {
    const { root } = this.parts;
    if (!root.showPopover) return;
    root.popover = this.inline ? null : 'manual';
    if (!this.inline && !root.matches(':popover-open')) root.showPopover();
  }

  paint() {
    const { root } = this.parts;
    const { theme, position } = this.dataset;
    root.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && DARK.matches));
    root.classList.toggle('inline', this.inline);
    root.classList.toggle('left', position === 'left');
    for (const option of THEMED) {
      const value = this.getAttribute(`data-${option}`);
      if (value) root.style.setProperty(`--wenbao-${option}`, value);
      else root.style.removeProperty(`--wenbao-${option}`);
    }
  }
}
