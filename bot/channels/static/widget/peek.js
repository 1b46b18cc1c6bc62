// The quote, title and date of a citation, shown while its number has the pointer or the focus.

const LINGER_MS = 180; // time to move the pointer from the number onto the quote

class Peek {
  constructor(scope, view) {
    this.box = make('div', 'peek');
    Object.assign(this.box, { id: 'peek', hidden: true });
    this.box.setAttribute('role', 'tooltip');
    if (this.box.showPopover) this.box.popover = 'manual'; // above everything, whatever the page clips
    this.view = view;
    const chipOf = event => event.target.closest?.('a.chip');
    const listen = (type, handle) => scope.addEventListener(type, handle);
    listen('pointerover', event => { if (event.pointerType !== 'touch' && chipOf(event)) this.show(chipOf(event)); });
    listen('pointerout', event => { if (chipOf(event)) this.hideSoon(); });
    listen('focusin', event => { if (chipOf(event)?.matches(':focus-visible')) this.show(chipOf(event)); });
    listen('focusout', event => { if (chipOf(event)) this.hideSoon(); });
    this.box.addEventListener('pointerenter', () => clearTimeout(this.hiding));
    this.box.addEventListener('pointerleave', () => this.hideSoon());
  }

  get shown() { return !this.box.hidden; }

  show(link) {
    clearTimeout(this.hiding);
    const { citation } = link;
    this.box.replaceChildren(
      quoteOf(citation), spoken(make('p', 'title', titleOf(citation, this.view))), make('p', 'meta', origin(citation, this.view)));
    this.box.hidden = false;
    if (this.box.popover && !this.box.matches(':popover-open')) this.box.showPopover();
    link.setAttribute('aria-describedby', 'peek');
    this.link = link;
    this.place();
  }

  // Above its number, or below where there is no room above; away with it once its number is scrolled away.
  place() {
    const [at, gap] = [this.link.getBoundingClientRect(), 6];
    const within = this.link.closest('.scroller')?.getBoundingClientRect();
    if (!within || at.bottom < within.top || at.top > within.bottom) return this.hide();
    const above = at.top - this.box.offsetHeight - gap;
    const below = Math.min(at.bottom + gap, innerHeight - this.box.offsetHeight - gap);
    this.box.style.top = `${above > gap ? above : Math.max(gap, below)}px`;
    this.box.style.left = `${Math.max(12, Math.min(at.left - 16, Math.min(innerWidth, within.right) - this.box.offsetWidth - 12))}px`;
    return undefined;
  }

  hide() {
    clearTimeout(this.hiding);
    if (this.box.popover && this.shown) this.box.hidePopover();
    this.box.hidden = true;
  }

  hideSoon() {
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.hide(), LINGER_MS);
  }
}
