/** Draws scenes, texts, chapters and silences on the time axis; one canvas as wide as what is in view. */
class Lanes {
  static rulerHeight = 24;
  static textRow = 19;
  static textRows = 4;

  constructor(film, redraw) {
    this.film = film;
    this.redraw = redraw;
    this.pictures = new Map();
    this.blank = new Set(film.scenes?.blank);
    this.list = [];
    let top = Lanes.rulerHeight;
    const add = (title, height, draw, more = {}) => {
      this.list.push({ title, top, height, draw, ...more });
      top += height + 8;
    };
    if (film.chapters.length) add("Chapters", 20, (lane, view) => this.drawChapters(lane, view));
    if (film.scenes?.start.length) add("Scenes", 64, (lane, view) => this.drawScenes(lane, view));
    if (film.texts?.start.length) {
      this.rows = Lanes.rowsOf(film.texts);
      add("Text", Lanes.textRow * (Math.max(...this.rows) + 1), (lane, view) => this.drawTexts(lane, view));
    }
    film.sound.forEach((sound) => {
      if (!sound.silences && !sound.waveform) return;
      const title = film.sound.length > 1 ? `Sound ${sound.stream}` : "Sound";
      add(title, sound.waveform ? 72 : 34, (lane, view) => this.drawSound(lane, view), { sound });
    });
    this.height = top;
  }

  /** The row of each text, so that texts that are on at once do not hide each other; the last row takes what is left. */
  static rowsOf(texts) {
    const free = [];
    return texts.start.map((start, index) => {
      let row = free.findIndex((end) => end <= start);
      if (row < 0) row = free.length < Lanes.textRows ? free.length : Lanes.textRows - 1;
      free[row] = Math.max(free[row] ?? 0, texts.end[index]);
      return row;
    });
  }

  /** `view`: `from` and `to` in seconds, `width` in pixels, and `x(seconds)`. */
  draw(context, view) {
    const style = getComputedStyle(document.documentElement);
    const known = new Map();
    this.color = (name) => {
      // Asked for thousands of times, and slow to ask.
      if (!known.has(name)) known.set(name, style.getPropertyValue(`--${name}`).trim());
      return known.get(name);
    };
    this.context = context;
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.drawRuler(view);
    for (const lane of this.list) lane.draw(lane, view);
  }

  fill(name, x, y, width, height) {
    this.context.fillStyle = this.color(name);
    this.context.fillRect(x, y, width, height);
  }

  /** Text that ends where its place ends. */
  write(text, x, y, width, color, isRightToLeft = false) {
    if (width < 12) return;
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(x, y - 10, width, 20);
    context.clip();
    context.fillStyle = this.color(color);
    context.textAlign = isRightToLeft ? "right" : "left";
    context.fillText(text, isRightToLeft ? x + width : x, y);
    context.restore();
  }

  static steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];

  drawRuler(view) {
    const perPixel = (view.to - view.from) / view.width;
    const step = Lanes.steps.find((candidate) => candidate / perPixel >= 76) ?? 43200;
    const decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;
    for (let index = Math.floor(view.from / step); index * step <= view.to; index += 1) {
      const x = Math.round(view.x(index * step));
      this.fill("line", x, 0, 1, this.height);
      if (x + 44 <= view.width) this.write(clock(index * step, decimals), x + 4, 10, 72, "muted");
    }
  }

  drawChapters(lane, view) {
    this.film.chapters.forEach((chapter, index) => {
      const [left, right] = [view.x(chapter.start_seconds), view.x(chapter.end_seconds)];
      if (right < 0 || left > view.width) return;
      this.fill(index % 2 ? "block-b" : "block-a", left, lane.top, Math.max(1, right - left - 1), lane.height);
      const from = Math.max(0, left) + 6;
      this.write(chapter.title ?? `Chapter ${index + 1}`, from, lane.top + 10, Math.min(right, view.width) - from - 4, "text");
    });
  }

  drawScenes(lane, view) {
    const { start, end, kind } = this.film.scenes;
    const { context } = this;
    let drawn = -1;
    for (let index = Math.max(0, lastAtMost(start, view.from)); index < start.length && start[index] < view.to; index += 1) {
      const left = view.x(start[index]);
      const right = view.x(start[index + 1] ?? end);
      // Of scenes narrower than a pixel, one stands for all.
      if (right - drawn < 1) continue;
      drawn = right;
      this.fill(index % 2 ? "block-b" : "block-a", left, lane.top, Math.max(1, right - left), lane.height);
      if (right - left >= 14 && !this.blank.has(index)) this.drawPicture(index, left, lane, right - left);
      if (right - left >= 4 && kind[index] !== "start") this.fill(kind[index] === "cut" ? "cut" : "gradual", left, lane.top, 2, lane.height);
      if (right - left >= 30 && right > 24) {
        const label = number(index + 1);
        const x = Math.max(0, left) + 5;
        this.fill("label", x, lane.top + lane.height - 19, context.measureText(label).width + 8, 16);
        this.write(label, x + 4, lane.top + lane.height - 11, right - x, "on-label");
      }
    }
  }

  /** As much of a scene's picture as its block has room for, from the picture's middle. */
  drawPicture(index, left, lane, width) {
    const path = this.film.scenes.picture[index];
    if (!path) return;
    let image = this.pictures.get(path);
    if (!image) {
      // Few are kept: a long film has thousands.
      if (this.pictures.size >= 300) this.pictures.delete(this.pictures.keys().next().value);
      image = new Image();
      image.onload = () => this.redraw();
      image.src = address(this.film.folder + path);
      this.pictures.set(path, image);
    }
    if (!image.complete || !image.naturalWidth) return;
    const whole = (lane.height * image.naturalWidth) / image.naturalHeight;
    const shown = Math.min(whole, width - 2);
    const part = (shown / whole) * image.naturalWidth;
    this.context.drawImage(image, (image.naturalWidth - part) / 2, 0, part, image.naturalHeight,
      left + 2, lane.top, shown, lane.height);
  }

  drawTexts(lane, view) {
    const { start, end, text } = this.film.texts;
    for (let index = 0; index < start.length && start[index] < view.to; index += 1) {
      if (end[index] < view.from) continue;
      const left = Math.max(-2, view.x(start[index]));
      const width = Math.max(1, Math.min(view.width + 2, view.x(end[index])) - left);
      const top = lane.top + this.rows[index] * Lanes.textRow;
      this.fill("text-block", left, top, width, Lanes.textRow - 2);
      this.fill("accent", left, top, Math.min(2, width), Lanes.textRow - 2);
      const isRightToLeft = /^[^A-Za-z]*[\u0590-\u08ff]/.test(text[index]);
      this.write(text[index].replaceAll("\n", " "), left + 6, top + Lanes.textRow / 2 - 1, width - 10, "text", isRightToLeft);
    }
  }

  drawSound(lane, view) {
    const { silences = [], waveform, loudness = {} } = lane.sound;
    if (!waveform) this.fill("sound", Math.max(0, view.x(0)), lane.top, Math.min(view.width, view.x(this.film.length)), lane.height);
    for (let index = 0; index < silences.length && silences[index] < view.to; index += 2) {
      const left = Math.max(0, view.x(silences[index]));
      const right = Math.min(view.width, view.x(silences[index + 1]));
      if (right <= left) continue;
      this.hatch(left, lane.top, right - left, lane.height);
    }
    if (waveform) return;
    const figures = [["range", loudness.range_lu, "LU"], ["true peak", loudness.true_peak_dbtp, "dBTP"]]
      .filter(([, value]) => value !== undefined).map(([name, value, unit]) => `${name} ${decibels(value, unit)}`);
    figures.push(silences.length ? plural(silences.length / 2, "silence") : "no silence");
    this.write(figures.join(" · "), 8, lane.top + lane.height / 2, view.width - 16, "text");
  }

  hatch(x, y, width, height) {
    const { context } = this;
    this.fill("silence", x, y, width, height);
    if (width < 6) return;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = this.color("hatch");
    context.beginPath();
    for (let left = x - height - ((x - height) % 7); left < x + width; left += 7) {
      context.moveTo(left, y + height);
      context.lineTo(left + height, y);
    }
    context.stroke();
    context.restore();
  }
}
