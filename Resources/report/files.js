/** The table of files: what is in it, in which order, and which page is shown. */
const files = {
  all: [],
  /** Indices of the files that are found, in the order of the table. */
  shown: [],
  order: { key: undefined, down: false },
  page: 0,
  pageSize: 50,
};

const columns = [
  { title: "File", key: "path", cell: fileCell },
  { title: "Status", key: "status", cell: (file) => statusMark(file.status) },
  { title: "Length", key: "seconds", number: true, cell: (file) => file.seconds === undefined ? "–" : clock(file.seconds, file.seconds < 1 ? 2 : file.seconds < 10 ? 1 : 0) },
  { title: "Scenes", key: "scenes", number: true, cell: (file) => count(file.scenes) },
  { title: "Pictures", key: "pictures", number: true, cell: (file) => count(file.pictures), wide: true },
  { title: "Texts", key: "texts", number: true, cell: (file) => count(file.texts), wide: true },
  { title: "Loudness", key: "loudness", number: true, cell: (file) => decibels(file.loudness, "LUFS"), wide: true },
  { title: "Size", key: "bytes", number: true, cell: (file) => file.bytes === undefined ? "–" : bytes(file.bytes), wide: true },
];

const count = (value) => (value === undefined ? "–" : number(value));

function fileCell(file, index) {
  const slash = file.path.lastIndexOf("/") + 1;
  const link = make("a", { href: `#/${index + 1}` }, make("bdi", {}, file.path.slice(slash)));
  return make("div", { className: "file" },
    make("span", { className: "thumb" }, file.picture && picture(file.picture)),
    make("div", {}, link,
      slash > 0 && make("bdi", { className: "where" }, file.path.slice(0, slash)),
      file.errors.length > 0 && make("span", { className: "codes" }, [...new Set(file.errors)].map(words).join(", "))));
}

function showBatch(batch) {
  const facts = batch.batch ?? {};
  find("batch-name").textContent = batch.name;
  if (facts.started) {
    const instant = new Date(facts.started);
    const when = Number.isNaN(instant.getTime())
      ? facts.started : instant.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    find("batch-when").append("· ", make("time", { dateTime: facts.started }, when));
  }
  for (const note of batch.notes) find("notes").append(make("p", { className: "note" }, note));
  const made = [facts.engine && `cutroom ${facts.engine.version}`, facts.engine?.ffmpeg && `FFmpeg ${facts.engine.ffmpeg}`,
    facts.engine?.tesseract && `Tesseract ${facts.engine.tesseract}`];
  find("made-by").textContent = made.filter(Boolean).join(" · ");
  showTotals(facts);
}

function showTotals(facts) {
  const sum = (key) => files.all.reduce((total, file) => total + (file[key] ?? 0), 0);
  const byStatus = (status) => files.all.filter((file) => file.status === status).length;
  const entries = [["Files", number(files.all.length)]];
  for (const status of ["succeeded", "partial", "failed", "damaged", "canceled"]) {
    const total = byStatus(status);
    if (total > 0) entries.push([words(status), number(total), status]);
  }
  if (facts.totals?.not_started > 0) entries.push(["not started", number(facts.totals.not_started), "canceled"]);
  entries.push(["Film", span(sum("seconds"))], ["Scenes", number(sum("scenes"))]);
  if (sum("pictures")) entries.push(["Pictures", number(sum("pictures"))]);
  if (sum("texts")) entries.push(["Texts", number(sum("texts"))]);
  if (facts.wall_seconds !== undefined) {
    const speed = facts.speed ? `${number(facts.speed, 1)} × real time` : undefined;
    const resumed = facts.totals?.resumed ? `${number(facts.totals.resumed)} done before` : undefined;
    entries.push(["Took", span(facts.wall_seconds), "", [speed, resumed].filter(Boolean).join(", ")]);
  }
  find("totals").replaceChildren(...entries.map(([title, value, status, more]) =>
    make("div", { className: status ? `total ${status}` : "total" }, make("dt", {}, title), make("dd", {}, value),
      more && make("dd", { className: "more" }, more))));
}

function showHeadings() {
  const row = document.querySelector("#files-table thead tr");
  row.replaceChildren(...columns.map((column) => {
    const sorted = files.order.key === column.key;
    const arrow = make("span", { className: "arrow", "aria-hidden": "true" }, sorted ? (files.order.down ? "▼" : "▲") : "");
    const button = make("button", { type: "button" }, column.number ? [arrow, column.title] : [column.title, arrow]);
    button.addEventListener("click", () => sortBy(column));
    return make("th", {
      scope: "col", className: [column.number && "number", column.wide && "wide"].filter(Boolean).join(" "),
      "aria-sort": sorted ? (files.order.down ? "descending" : "ascending") : "none",
    }, button);
  }));
}

function sortBy(column) {
  const same = files.order.key === column.key;
  // Numbers begin with the largest, which is what one looks for.
  files.order = { key: column.key, down: same ? !files.order.down : Boolean(column.number) };
  files.page = 0;
  showHeadings();
  chooseFiles();
  document.querySelectorAll("#files-table thead button")[columns.indexOf(column)].focus();
}

/** Finds, sorts and shows anew. */
function chooseFiles() {
  const wanted = find("find").value.trim().toLowerCase();
  const status = find("status").value;
  const problems = (file) => file.status !== "succeeded";
  files.shown = [...files.all.keys()].filter((index) => {
    const file = files.all[index];
    return (!wanted || file.path.toLowerCase().includes(wanted))
      && (!status || (status === "problems" ? problems(file) : file.status === status));
  });
  const { key, down } = files.order;
  if (key) {
    const collator = new Intl.Collator("en", { numeric: true });
    const absent = (value) => value === undefined;
    files.shown.sort((a, b) => {
      const [left, right] = [files.all[a][key], files.all[b][key]];
      if (absent(left) || absent(right)) return absent(left) - absent(right) || a - b;
      const sign = typeof left === "string" ? collator.compare(left, right) : left - right;
      return (down ? -sign : sign) || a - b;
    });
  }
  showFiles();
}

function showFiles() {
  const from = files.page * files.pageSize;
  const rows = files.shown.slice(from, from + files.pageSize).map((index) =>
    make("tr", {}, columns.map((column, place) => make(place === 0 ? "th" : "td", {
      scope: place === 0 ? "row" : undefined,
      className: [column.number && "number", column.wide && "wide"].filter(Boolean).join(" "),
    }, column.cell(files.all[index], index)))));
  if (rows.length === 0) {
    rows.push(make("tr", {}, make("td", { colspan: columns.length, className: "empty" },
      files.all.length === 0 ? "The batch found no files." : "No file is like that.")));
  }
  document.querySelector("#files-table tbody").replaceChildren(...rows);
  find("found").textContent = files.shown.length === files.all.length
    ? "" : `${number(files.shown.length)} of ${number(files.all.length)}`;
  const pager = find("files-pager");
  fillPager(pager, files.shown.length, files.pageSize, files.page, (page, control) => {
    files.page = page;
    showFiles();
    find("files-title").scrollIntoView({ block: "nearest" });
    refocusPager(pager, control);
  });
}

function startFiles() {
  const present = ["succeeded", "partial", "failed", "damaged", "canceled"].filter((status) =>
    files.all.some((file) => file.status === status));
  const choices = [["", "all"], ...present.map((status) => [status, words(status)])];
  if (present.length > 2) choices.splice(1, 0, ["problems", "all but succeeded"]);
  find("status").append(...choices.map(([value, text]) => make("option", { value }, text)));
  const again = () => {
    files.page = 0;
    chooseFiles();
  };
  find("find").addEventListener("input", again);
  find("status").addEventListener("change", again);
  showHeadings();
  chooseFiles();
}
