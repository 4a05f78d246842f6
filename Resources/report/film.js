/** One film: its facts, a player, and its scenes, texts and sound around one place in time. */
class FilmView {
  static textsPerPage = 25;

  constructor(index) {
    this.row = files.all[index];
    this.film = block(`file-${index}`);
    const { film } = this;
    film.length ??= this.row.seconds;
    if (!(film.length > 0)) film.length = undefined;
    const slash = this.row.path.lastIndexOf("/") + 1;
    this.title = this.row.path.slice(slash);
    this.element = find("film");
    this.element.replaceChildren(...[this.way(index), this.heading(slash), this.problems(),
      make("div", { className: "stage" }, this.player(), this.facts()),
      this.timelineSection(), this.scenesSection(), this.soundSection(), this.textsSection()].filter(Boolean));
    this.place(0);
  }

  /** Back to the list, and the neighbours in its order. */
  way(index) {
    const at = files.shown.indexOf(index);
    const neighbour = (step, text) => {
      const other = at < 0 ? undefined : files.shown[at + step];
      return other === undefined
        ? make("span", { className: "off" }, text)
        : make("a", { href: `#/${other + 1}`, title: files.all[other].path }, text);
    };
    return make("nav", { className: "way", "aria-label": "Films" }, make("a", { href: "#" }, "← All files"),
      make("span", {}, neighbour(-1, "Previous film"), neighbour(1, "Next film")));
  }

  heading(slash) {
    return make("header", {},
      make("h2", { id: "film-title", tabIndex: -1 }, make("bdi", {}, this.title)),
      make("p", { className: "under" }, statusMark(this.row.status), " ",
        slash > 0 && make("bdi", { className: "where" }, this.row.path.slice(0, slash))));
  }

  problems() {
    const { errors, warnings } = this.film;
    if (errors.length + warnings.length === 0) return undefined;
    const line = (kind) => (message) => make("li", { className: kind }, make("code", {}, message.code),
      message.stage && make("span", { className: "quiet" }, ` in ${message.stage}`), ": ", make("bdi", {}, message.message));
    return make("ul", { className: "problems", "aria-label": "Errors and warnings" }, errors.map(line("error")), warnings.map(line("warning")));
  }

  player() {
    const { film } = this;
    this.still = make("div", { className: "still", hidden: true });
    this.said = make("p", { className: "note", role: "status", hidden: true });
    const box = make("div", { className: "player" }, this.still, this.said);
    if (!film.film) {
      this.still.hidden = false;
      this.say("The film was not found where the batch had it, or has another size now; so nothing can be played here.");
      return box;
    }
    const media = make(film.video ? "video" : "audio", {
      controls: true, preload: "metadata", "aria-label": `Player of ${this.title}`, playsInline: true,
    });
    if (film.video && this.row.picture) media.poster = address(this.row.picture);
    media.addEventListener("timeupdate", () => this.place(media.currentTime));
    media.addEventListener("seeking", () => this.place(media.currentTime));
    media.addEventListener("error", () => this.cannotPlay());
    media.addEventListener("loadedmetadata", () => {
      if (film.video && media.videoWidth === 0) {
        this.still.hidden = false;
        this.say(`This browser plays the sound of this film, not its picture (${film.video.codec}).`);
      }
    });
    media.src = address(film.film);
    this.media = media;
    box.prepend(media);
    return box;
  }

  say(text, ...more) {
    this.said.replaceChildren(text, ...more);
    this.said.hidden = false;
  }

  cannotPlay() {
    const codecs = [this.film.video?.codec, ...this.film.sound.map((sound) => sound.codec)].filter(Boolean);
    const kind = [this.film.container?.split(",")[0], ...new Set(codecs)].filter(Boolean).join(", ");
    this.media.hidden = true;
    this.mediaFailed = true;
    this.still.hidden = !this.film.video;
    this.say(`This browser cannot play this file${kind ? ` (${kind})` : ""}. Pictures, text and times below work all the same. `,
      make("a", { href: address(this.film.film) }, "Open the file itself"));
    this.place(this.position);
  }

  /** Goes to a time of the document. */
  seek(seconds) {
    // A millionth more: what was rounded down must not show the frame before.
    if (this.media && !this.mediaFailed) this.media.currentTime = seconds + 1e-6;
    this.place(seconds);
  }

  place(seconds) {
    this.position = seconds;
    this.timeline?.place(seconds);
    const shown = this.film.scenes ?? this.film.pictures;
    // Where the player stands may be a millionth off.
    const scene = lastAtMost(shown?.start ?? [], seconds + 2e-6);
    if (scene >= 0) this.strip?.mark(scene);
    if (this.still.hidden) return;
    const file = shown?.picture[scene];
    if (file === this.shownStill) return;
    this.shownStill = file;
    this.still.replaceChildren(...(file ? [picture(this.film.folder + file, { alt: `${this.strip.noun} ${scene + 1}`, loading: "eager" })] : []));
  }

  facts() {
    const { film, row } = this;
    const list = [];
    const add = (name, value) => value && list.push(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
    add("Length", film.length && clock(film.length, 3));
    if (film.video) {
      const [top, bottom] = (film.video.frame_rate ?? "").split("/").map(Number);
      const rate = top && bottom ? `${number(top / bottom, 3)} frames/s${film.video.variable_frame_rate ? ", variable" : ""}` : undefined;
      add("Picture", [`${film.video.display_width} × ${film.video.display_height}`, film.video.codec, rate].filter(Boolean).join(", "));
    }
    for (const sound of film.sound) {
      add(film.sound.length > 1 ? `Sound ${sound.stream}` : "Sound", [sound.codec, sound.rate && `${number(sound.rate / 1000, 1)} kHz`,
        sound.layout, known(sound.language), sound.title].filter(Boolean).join(", "));
    }
    add("Container", film.container);
    add("Size", row.bytes !== undefined && bytes(row.bytes));
    if (film.timings?.wall_seconds !== undefined) {
      add("Analysed in", `${span(film.timings.wall_seconds)}${film.timings.peak_memory_bytes ? `, ${bytes(film.timings.peak_memory_bytes)} of memory` : ""}`);
    }
    const links = film.outputs.map((output) => [words(output.kind), film.folder + output.path, output.path]);
    if (film.document && row.status !== "damaged") links.unshift(["document", film.document, "analysis.json"]);
    return make("aside", { className: "facts", "aria-label": "Facts" }, make("dl", {}, list),
      links.length > 0 && make("ul", { className: "links", "aria-label": "Files of this analysis" }, links.map(([kind, path, name]) =>
        make("li", {}, make("a", { href: address(path) }, name), kind !== words(name.replaceAll("-", "_")) && make("span", { className: "quiet" }, ` ${kind}`)))));
  }

  section(id, title, more, ...content) {
    return make("section", { "aria-labelledby": id }, make("div", { className: "bar" },
      make("h3", { id }, title), more && make("p", { className: "quiet" }, more)), content);
  }

  timelineSection() {
    if (!this.film.length) return undefined;
    this.timeline = new Timeline(this.film, (seconds) => this.seek(seconds));
    if (this.timeline.lanes.list.length === 0) {
      this.timeline.remove();
      this.timeline = undefined;
      return undefined;
    }
    return this.section("timeline-title", "Timeline", "Click to go there. Arrow keys: a second, with Shift ten; Page Up and Page Down: scenes.",
      this.timeline.element);
  }

  scenesSection() {
    const { scenes, pictures, video } = this.film;
    const shown = scenes ?? pictures;
    if (!shown) return undefined;
    const noun = scenes ? "Scene" : "Picture";
    const total = shown.start.length;
    if (total === 0) return this.section("scenes-title", `${noun}s`, "none");
    const aspect = video?.display_height ? video.display_width / video.display_height : 16 / 9;
    this.strip = new Filmstrip(this.film, shown, noun, aspect, (seconds) => this.seek(seconds));
    return this.section("scenes-title", `${noun}s`, plural(total, noun.toLowerCase()), this.strip.element);
  }

  textsSection() {
    const { texts } = this.film;
    if (!texts) return undefined;
    const total = texts.start.length;
    if (total === 0) return this.section("texts-title", "Text on the screen", "none was found");
    const head = ["From", "To", "Text", "Sure", "Language"].map((title) => make("th", { scope: "col", className: title === "Sure" ? "number" : "" }, title));
    const body = make("tbody");
    const pager = make("nav", { className: "pager", "aria-label": "Pages of texts" });
    const show = (page, control) => {
      const from = page * FilmView.textsPerPage;
      const indices = [...texts.start.keys()].slice(from, from + FilmView.textsPerPage);
      body.replaceChildren(...indices.map((index) => make("tr", {}, make("td", {}, this.timeButton(texts.start[index])),
        make("td", {}, clock(texts.end[index])),
        make("td", { className: "text", dir: "auto" }, texts.text[index]),
        make("td", { className: "number" }, `${Math.round(texts.confidence[index] * 100)} %`),
        make("td", {}, texts.language[index]))));
      fillPager(pager, total, FilmView.textsPerPage, page, show);
      if (control) refocusPager(pager, control);
    };
    show(0);
    return this.section("texts-title", "Text on the screen", plural(total, "text"),
      make("div", { className: "scroll" }, make("table", { className: "texts" },
        make("caption", { className: "hidden" }, "Texts; the time goes to the place"),
        make("thead", {}, make("tr", {}, head)), body)), pager);
  }

  timeButton(seconds) {
    const button = make("button", { type: "button", className: "time", "aria-label": `Go to ${clock(seconds)}` }, clock(seconds));
    button.addEventListener("click", () => this.seek(seconds));
    return button;
  }

  soundSection() {
    const sounds = this.film.sound.filter((sound) => sound.loudness || sound.silences);
    if (sounds.length === 0) return undefined;
    return this.section("sound-title", "Sound", undefined, sounds.map((sound) => soundCard(sound, this.film, (seconds) => this.timeButton(seconds))));
  }

  remove() {
    if (this.media) {
      // Lets go of the file and of its decoder.
      this.mediaFailed = true;
      this.media.pause();
      this.media.removeAttribute("src");
      this.media.load();
    }
    this.timeline?.remove();
    this.strip?.remove();
    this.element.replaceChildren();
  }
}
