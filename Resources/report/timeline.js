/** The shared time axis: lanes that scroll and zoom together, and a slider over all of them that is the place in the film. */
class Timeline {
  constructor(film, seek) {
    this.film = film;
    this.seek = seek;
    this.length = film.length;
    this.zoom = 1;
    this.position = 0;
    this.lanes = new Lanes(film, () => this.later());
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.head = make("span", { className: "playhead" });
    this.hover = make("span", { className: "hover", hidden: true });
    this.axis = make("div", {
      className: "axis", role: "slider", tabIndex: 0, "aria-label": "Place in the film", "aria-valuemin": 0,
      "aria-valuemax": this.length,
    }, this.waveforms(), this.canvas, this.head);
    this.view = make("div", { className: "lanes-view" }, this.axis);
    this.axis.style.height = this.view.style.minHeight = `${this.lanes.height}px`;
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.element = make("div", { className: "timeline" }, this.tools(), this.labels(), this.view, this.tip);
    this.listen();
    this.place(0);
  }

  waveforms() {
    return this.lanes.list.filter((lane) => lane.sound?.waveform).map((lane) => {
      const image = picture(this.film.folder + lane.sound.waveform.file, { className: "waveform", loading: "eager" });
      const { start_seconds: start = 0, end_seconds: end = this.length } = lane.sound.waveform;
      image.style.left = `${(start / this.length) * 100}%`;
      image.style.width = `${((end - start) / this.length) * 100}%`;
      image.style.top = `${lane.top}px`;
      image.style.height = `${lane.height}px`;
      return image;
    });
  }

  labels() {
    const labels = make("div", { className: "lane-labels" });
    for (const lane of this.lanes.list) {
      const loudness = lane.sound?.loudness?.integrated_lufs;
      const label = make("div", {}, make("b", {}, lane.title),
        loudness !== undefined && make("span", {}, decibels(loudness, "LUFS")));
      label.style.top = `${lane.top}px`;
      labels.append(label);
    }
    return labels;
  }

  tools() {
    const button = (text, label, change) => {
      const made = make("button", { type: "button", "aria-label": label, title: label }, text);
      made.addEventListener("click", () => this.setZoom(change()));
      return made;
    };
    this.zoomText = make("span", { className: "zoom", role: "status" }, "whole film");
    return make("div", { className: "tools" },
      button("−", "Show more of the film", () => this.zoom / 2), button("+", "Show less, larger", () => this.zoom * 2),
      button("Whole", "Show the whole film", () => 1), this.zoomText);
  }

  listen() {
    const time = (event) => {
      const box = this.axis.getBoundingClientRect();
      return Math.min(this.length, Math.max(0, ((event.clientX - box.left) / box.width) * this.length));
    };
    let dragging = false;
    this.axis.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      dragging = event.pointerType === "mouse";
      if (dragging) this.axis.setPointerCapture(event.pointerId);
    });
    this.axis.addEventListener("pointermove", (event) => {
      if (dragging && event.buttons) this.seek(time(event));
      this.showTip(event, time(event));
    });
    this.axis.addEventListener("pointerup", () => (dragging = false));
    this.axis.addEventListener("click", (event) => this.seek(time(event)));
    this.axis.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.axis.addEventListener("keydown", (event) => this.key(event));
    this.view.addEventListener("scroll", () => this.later(), { passive: true });
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.view);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.schemeChanged = () => this.later();
    this.scheme.addEventListener("change", this.schemeChanged);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const starts = this.film.scenes?.start ?? [];
    const scene = lastAtMost(starts, this.position);
    const step = event.shiftKey ? 10 : 1;
    const targets = {
      ArrowLeft: this.position - step, ArrowRight: this.position + step, ArrowDown: this.position - step,
      ArrowUp: this.position + step, Home: 0, End: this.length,
      // Back to the begin of the scene first, then to the one before.
      PageUp: starts.length ? starts[Math.max(0, this.position - starts[scene] > 0.5 ? scene : scene - 1)] : this.position - 60,
      PageDown: starts.length ? starts[Math.min(starts.length - 1, scene + 1)] : this.position + 60,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.seek(Math.min(this.length, Math.max(0, target)));
  }

  /** Moves the playhead. */
  place(seconds) {
    this.position = seconds;
    this.head.style.left = `${(seconds / this.length) * 100}%`;
    this.axis.setAttribute("aria-valuenow", seconds.toFixed(3));
    const scene = lastAtMost(this.film.scenes?.start ?? [], seconds);
    this.axis.setAttribute("aria-valuetext", clock(seconds) + (scene >= 0 ? `, scene ${scene + 1}` : ""));
    if (this.zoom > 1) this.follow(seconds);
  }

  /** Turns a page where the playhead has left the view. */
  follow(seconds) {
    const x = (seconds / this.length) * this.axis.clientWidth;
    const { scrollLeft, clientWidth } = this.view;
    if (x < scrollLeft || x > scrollLeft + clientWidth) this.view.scrollLeft = x - clientWidth / 4;
  }

  setZoom(zoom) {
    const width = this.view.clientWidth;
    // To a hundredth of a second in 20 pixels, and no wider than browsers can.
    const most = Math.max(1, Math.min(8e6 / width, (this.length * 2000) / width));
    const before = (this.position / this.length) * this.axis.clientWidth - this.view.scrollLeft;
    const anchor = before >= 0 && before <= width ? before : width / 2;
    this.zoom = Math.min(most, Math.max(1, zoom));
    this.resize();
    this.view.scrollLeft = (this.position / this.length) * this.axis.clientWidth - anchor;
    this.zoomText.textContent = this.zoom === 1 ? "whole film" : `${span(this.length / this.zoom)} in view`;
    this.later();
  }

  resize() {
    const width = this.view.clientWidth;
    if (width === 0) return;
    this.axis.style.width = `${width * this.zoom}px`;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(this.lanes.height * scale);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.lanes.height}px`;
    this.draw();
  }

  later() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  draw() {
    const width = this.view.clientWidth;
    if (width === 0) return;
    const scale = window.devicePixelRatio || 1;
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, this.lanes.height);
    const perSecond = (width * this.zoom) / this.length;
    const from = this.view.scrollLeft / perSecond;
    this.lanes.draw(context, { from, to: from + width / perSecond, width, x: (seconds) => (seconds - from) * perSecond });
  }

  showTip(event, seconds) {
    const box = this.element.getBoundingClientRect();
    const scene = lastAtMost(this.film.scenes?.start ?? [], seconds);
    const parts = [this.thumbnail(seconds, scene), make("span", {}, clock(seconds) + (scene >= 0 ? ` · scene ${scene + 1}` : ""))];
    this.tip.replaceChildren(...parts.filter(Boolean));
    this.tip.hidden = false;
    const left = event.clientX - box.left - this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.min(box.width - this.tip.offsetWidth, Math.max(0, left))}px`;
    this.tip.style.top = `${this.view.offsetTop - this.tip.offsetHeight - 4}px`;
  }

  /** What the film shows there: a part of a sheet of thumbnails, or the scene's picture. */
  thumbnail(seconds, scene) {
    const { sprites, folder, scenes } = this.film;
    if (!sprites) return scene >= 0 && scenes.picture[scene] && picture(folder + scenes.picture[scene], { loading: "eager" });
    const cue = Math.max(0, lastAtMost(sprites.start, seconds));
    const sheet = make("span", { className: "sprite" });
    sheet.style.width = `${sprites.width}px`;
    sheet.style.height = `${sprites.height}px`;
    sheet.style.backgroundImage = `url("${address(folder + sprites.sheets[sprites.sheet[cue]])}")`;
    sheet.style.backgroundPosition = `-${sprites.x[cue]}px -${sprites.y[cue]}px`;
    return sheet;
  }

  remove() {
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.schemeChanged);
  }
}
