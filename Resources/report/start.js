/** What the address says: nothing for the list, `#/3` for the third file, `#/3/12.5` for a time in it. */
let shown;
let opened = false;

function route() {
  const match = /^#\/(\d+)(?:\/([\d.]+))?$/.exec(location.hash);
  const isList = location.hash === "" || location.hash === "#";
  if (!match && !isList && opened) return;
  const index = match ? Number(match[1]) - 1 : -1;
  const was = shown;
  shown?.remove();
  shown = files.all[index] ? new FilmView(index) : undefined;
  find("list").hidden = Boolean(shown);
  find("film").hidden = !shown;
  document.title = `${shown ? `${shown.title} · ` : ""}Cutroom report`;
  if (shown && match[2]) shown.seek(Number(match[2]));
  if (opened) {
    // Readers hear where they are; the place in the list is kept for the way back.
    if (shown) {
      files.scroll = was ? files.scroll : files.lastScroll;
      find("film-title").focus({ preventScroll: true });
      window.scrollTo(0, 0);
    } else {
      find("files-title").focus({ preventScroll: true });
      window.scrollTo(0, files.scroll ?? 0);
    }
  }
  opened = true;
}

function start() {
  files.all = block("files");
  showBatch(block("batch"));
  startFiles();
  route();
  window.addEventListener("hashchange", route);
  document.querySelector(".skip").addEventListener("click", (event) => {
    // The address stays what it is: it names the film.
    event.preventDefault();
    find("main").focus();
  });
  window.addEventListener("scroll", () => {
    if (!shown) files.lastScroll = window.scrollY;
  }, { passive: true });
}

start();
