/**
 * The scenes of a film as a row of buttons that scrolls. Only those in view exist, so that ten thousand cost as little as ten.
 * One of them can be tabbed to; arrow keys go on from there.
 */
class Filmstrip {
  static pictureHeight = 96;
  static gap = 8;
  /** Browsers give up on elements that are wider than some 17 million pixels. */
  static most = 50000;

  /** `scenes` are columns; pictures without scenes lack `kind` and `end`. `noun` is what one of them is called. */
  constructor(film, scenes, noun, aspect, seek) {
    this.film = film;
    this.scenes = scenes;
    this.noun = noun;
    this.blank = new Set(scenes.blank);
    this.seek = seek;
    this.count = this.scenes.start.length;
    this.base = 0;
    this.current = -1;
    this.focus = 0;
    this.cards = new Map();
    this.pictureWidth = Math.round(Math.min(230, Math.max(124, aspect * Filmstrip.pictureHeight)));
    this.step = this.pictureWidth + Filmstrip.gap;
    this.list = make("ul", { className: "cards" });
    this.view = make("div", { className: "strip", role: "group", "aria-label": `${noun}s, arrow keys go from one to the next` }, this.list);
    this.view.addEventListener("scroll", () => this.render(), { passive: true });
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.element = make("div", {}, this.view, this.parts());
    this.observer = new ResizeObserver(() => this.render());
    this.observer.observe(this.view);
    this.span();
  }

  /** A choice between parts of a strip that is too long for one. */
  parts() {
    if (this.count <= Filmstrip.most) return undefined;
    this.pager = make("nav", { className: "pager", "aria-label": "Parts of the filmstrip" });
    this.fillParts();
    return this.pager;
  }

  fillParts() {
    fillPager(this.pager, this.count, Filmstrip.most, this.base / Filmstrip.most, (page, control) => {
      this.base = page * Filmstrip.most;
      this.focus = this.base;
      this.view.scrollLeft = 0;
      this.span();
      this.fillParts();
      refocusPager(this.pager, control);
    });
  }

  span() {
    const here = Math.min(Filmstrip.most, this.count - this.base);
    this.list.style.width = `${here * this.step - Filmstrip.gap}px`;
    this.cards.forEach((card) => card.remove());
    this.cards.clear();
    this.render();
  }

  /** Makes the cards in view and a screen to each side, and lets the others go. */
  render() {
    const width = this.view.clientWidth;
    if (width === 0) return;
    const last = Math.min(this.count, this.base + Filmstrip.most) - 1;
    const first = Math.max(this.base, this.base + Math.floor((this.view.scrollLeft - width) / this.step));
    const end = Math.min(last, this.base + Math.ceil((this.view.scrollLeft + 2 * width) / this.step));
    for (const [index, card] of this.cards) {
      if ((index < first || index > end) && !card.contains(document.activeElement)) {
        card.remove();
        this.cards.delete(index);
      }
    }
    for (let index = first; index <= end; index += 1) this.card(index);
    // Something must be reached by Tab, also where the last focused card is out of view.
    const reachable = this.cards.has(this.focus) ? this.focus : Math.min(last, Math.max(first, this.visible()));
    for (const [index, card] of this.cards) card.firstChild.tabIndex = index === reachable ? 0 : -1;
  }

  visible() {
    return this.base + Math.ceil(this.view.scrollLeft / this.step);
  }

  label(index) {
    const kind = this.scenes.kind && words(this.scenes.kind[index]);
    return [`${this.noun} ${index + 1}`, clock(this.scenes.start[index]), kind, this.blank.has(index) && "plain"]
      .filter(Boolean).join(", ");
  }

  card(index) {
    if (this.cards.has(index)) return this.cards.get(index);
    const { start, kind, picture: pictures } = this.scenes;
    const place = pictures[index] ? picture(this.film.folder + pictures[index]) : make("span", { className: "no-picture" });
    const button = make("button", {
      type: "button", "aria-label": this.label(index), tabIndex: -1, title: this.details(index),
    }, place, make("span", { className: "caption" }, make("b", {}, number(index + 1)), make("span", {}, clock(start[index]))),
    kind && make("span", { className: `kind ${kind[index]}` }, words(kind[index])));
    button.addEventListener("click", () => {
      this.focus = index;
      this.seek(start[index]);
    });
    const card = make("li", { "aria-setsize": this.count, "aria-posinset": index + 1 }, button);
    card.style.left = `${(index - this.base) * this.step}px`;
    card.style.width = `${this.pictureWidth}px`;
    card.classList.toggle("current", index === this.current);
    if (index === this.current) button.setAttribute("aria-current", "true");
    // In the order of the film, for readers that go through the page.
    const next = [...this.cards.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
    this.list.insertBefore(card, next === undefined ? null : this.cards.get(next));
    this.cards.set(index, card);
    return card;
  }

  details(index) {
    const { start, frame, confidence, end } = this.scenes;
    if (!confidence) return `frame ${number(frame[index])}`;
    const length = (start[index + 1] ?? end) - start[index];
    return `frame ${number(frame[index])}, ${span(length)} long, confidence ${number(confidence[index], 2)}`;
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.view.clientWidth / this.step) - 1);
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -page, PageDown: page, Home: -this.count, End: this.count };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const last = Math.min(this.count, this.base + Filmstrip.most) - 1;
    this.focusOn(Math.min(last, Math.max(this.base, this.focus + step)));
  }

  focusOn(index) {
    this.focus = index;
    this.scrollTo(index);
    this.render();
    this.card(index).firstChild.focus({ preventScroll: true });
  }

  scrollTo(index) {
    const left = (index - this.base) * this.step;
    const [from, to] = [this.view.scrollLeft, this.view.scrollLeft + this.view.clientWidth];
    if (left < from) this.view.scrollLeft = left - this.step / 2;
    else if (left + this.step > to) this.view.scrollLeft = left + this.step * 1.5 - this.view.clientWidth;
  }

  /** Marks the scene that is on; brings it into view unless someone is busy here. */
  mark(index) {
    if (index === this.current) return;
    this.cards.get(this.current)?.classList.remove("current");
    this.cards.get(this.current)?.firstChild.removeAttribute("aria-current");
    this.current = index;
    const busy = this.view.matches(":hover") || this.view.contains(document.activeElement);
    if (!busy && index >= this.base && index < this.base + Filmstrip.most) {
      this.scrollTo(index);
      this.focus = index;
      this.render();
    }
    const card = this.cards.get(index);
    card?.classList.add("current");
    card?.firstChild.setAttribute("aria-current", "true");
  }

  remove() {
    this.observer.disconnect();
  }
}
