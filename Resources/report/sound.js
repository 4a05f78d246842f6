/** A language that says something: `und` is what containers write where nobody said. */
const known = (language) => (language === "und" ? undefined : language);

/** Loudness and silences of an audio stream. `timeButton` makes a button that goes to a time. */
function soundCard(sound, film, timeButton) {
  const loudness = sound.loudness ?? {};
  const silences = sound.silences ?? [];
  const figures = [
    ["Integrated", decibels(loudness.integrated_lufs, "LUFS"), "integrated"], ["Range", decibels(loudness.range_lu, "LU")],
    ["True peak", decibels(loudness.true_peak_dbtp, "dBTP"), "true-peak"],
    ["Loudest 0.4 s", decibels(loudness.max_momentary_lufs, "LUFS"), "momentary"],
    ["Loudest 3 s", decibels(loudness.max_short_term_lufs, "LUFS"), "short-term"],
    ["Silence", silences.length ? `${span(silenceLength(silences))} in ${plural(silences.length / 2, "stretch", "stretches")}` : "none"],
  ];
  const name = [`Stream ${sound.stream}`, known(sound.language), sound.title].filter(Boolean).join(", ");
  return make("div", { className: "sound" },
    make("h4", {}, make("bdi", {}, name)), meter(loudness),
    make("dl", { className: "figures" }, figures.map(([title, value, mark]) => make("div", {}, make("dt", mark ? { className: mark } : {}, title), make("dd", {}, value)))),
    silences.length > 0 && silenceList(silences, timeButton));
}

function silenceLength(silences) {
  let total = 0;
  for (let index = 0; index < silences.length; index += 2) total += silences[index + 1] - silences[index];
  return total;
}

/** Loudness and peak on one scale from −60 to +3 dB; the figures beside it say the same. */
function meter(loudness) {
  const [low, high] = [-60, 3];
  const share = (value) => `${((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 100}%`;
  const bar = make("div", { className: "meter", "aria-hidden": "true" });
  for (const tick of [-60, -48, -36, -24, -12, 0]) {
    const mark = make("span", { className: "tick" }, number(tick));
    mark.style.left = share(tick);
    bar.append(mark);
  }
  if (loudness.integrated_lufs !== undefined) {
    const level = make("span", { className: "level" });
    level.style.width = share(loudness.integrated_lufs);
    bar.append(level);
  }
  for (const [key, name] of [["max_short_term_lufs", "short-term"], ["max_momentary_lufs", "momentary"], ["true_peak_dbtp", "peak"]]) {
    if (loudness[key] === undefined) continue;
    const mark = make("span", { className: `mark ${name}` });
    mark.style.left = share(loudness[key]);
    bar.append(mark);
  }
  return bar;
}

function silenceList(silences, timeButton) {
  const size = 60;
  const list = make("ul", { className: "silences" });
  const pager = make("nav", { className: "pager", "aria-label": "Pages of silences" });
  const show = (page, control) => {
    const rows = [];
    const end = Math.min(silences.length, (page + 1) * size * 2);
    for (let index = page * size * 2; index < end; index += 2) {
      rows.push(make("li", {}, timeButton(silences[index]), ` ${span(silences[index + 1] - silences[index])}`));
    }
    list.replaceChildren(...rows);
    fillPager(pager, silences.length / 2, size, page, show);
    if (control) refocusPager(pager, control);
  };
  show(0);
  return make("details", {}, make("summary", {}, "Silences"), list, pager);
}
