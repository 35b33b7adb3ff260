"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const WORDS = { s: "passed", k: "skipped", x: "expected failure", u: "unexpected success", f: "failed", e: "error", n: "unfinished" };
  const SIGNS = { s: "✓", k: "○", x: "≈", u: "≠", f: "✗", e: "‼", n: "…" };
  document.body.classList.add("scripted");

  // ------------------------------------------------------------------ what is in the page
  const rows = $$("#tests li[data-t]").map(element => ({
    element,
    code: element.className,
    failure: element.id[0] === "r" ? document.getElementById("t" + element.id.slice(1)) : null,
    text: null,
  }));
  const groups = $$("#tests .g").reverse(); // inner ones come before outer ones
  const failures = $$("#failures .t");
  const alike = $$("#failures .alike");

  function textOf(row) {
    if (row.text === null) {
      const words = [(row.element.querySelector("summary") || row.element).textContent];
      for (let group = row.element.closest(".g"); group; group = group.parentElement.closest(".g")) {
        const summary = group.firstElementChild;
        group.words ??= [...summary.children].filter(child => child.className !== "n").map(child => child.textContent).join(" ");
        words.push(group.words);
      }
      if (row.failure) words.push(row.failure.firstElementChild.textContent);
      row.text = words.join(" ").toLowerCase();
    }
    return row.text;
  }

  // ------------------------------------------------------------------ state, kept in the URL
  const state = { q: "", show: "", test: "", zoom: "" };
  function readHash() {
    const hash = location.hash.slice(1);
    const place = hash && !hash.includes("=") ? hash : "";
    const values = new URLSearchParams(place ? "" : hash);
    if (!place) for (const name in state) state[name] = values.get(name) || "";
    else if (/^[tr]\d/.test(place)) state.test = place.slice(1);
    return place;
  }
  function writeHash() {
    const values = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    const hash = values.size ? "#" + values : location.pathname + location.search;
    try { history.replaceState(null, "", hash); } catch { /* some viewers allow no history */ }
  }

  // ------------------------------------------------------------------ search and filters
  const form = $(".bar-top form");
  const search = make("input", { type: "search", placeholder: "Search: name, tag, message", autocomplete: "off" });
  search.setAttribute("aria-label", "Search tests");
  const present = Object.keys(WORDS).filter(code => rows.some(row => row.code === code));
  const chips = present.map(code => {
    const chip = make("button", { type: "button", textContent: SIGNS[code], title: "Show: " + WORDS[code] });
    chip.dataset.code = code;
    chip.setAttribute("aria-label", WORDS[code]);
    chip.addEventListener("click", () => {
      state.show = state.show.includes(code) ? state.show.replace(code, "") : state.show + code;
      filter();
    });
    return chip;
  });
  const shown = make("output");
  const theme = make("button", { type: "button", textContent: "◐", title: "Light, dark, or as the system has it" });
  theme.setAttribute("aria-label", "Change the colours");
  form.append(shown, ...(chips.length > 1 ? chips : []), search, theme);
  form.addEventListener("submit", event => event.preventDefault());

  function filter() {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length || state.show;
    let count = 0;
    for (const row of rows) {
      const hit = !active || ((!state.show || state.show.includes(row.code)) && words.every(word => textOf(row).includes(word)));
      if (row.element.hidden === hit) row.element.hidden = !hit;
      if (row.failure) row.failure.hidden = !hit;
      count += hit;
    }
    for (const group of groups) {
      group.hidden = Boolean(active) && !group.querySelector(":scope > .rows > li:not([hidden]), :scope > .g:not([hidden])");
      if (active && !group.hidden && count <= 300) group.open = true;
    }
    for (const group of alike) group.hidden = Boolean(active) && !group.querySelector(":scope > .t:not([hidden])");
    for (const chip of chips) chip.setAttribute("aria-pressed", String(state.show.includes(chip.dataset.code)));
    shown.textContent = active ? `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")}` : "";
    if (search.value !== state.q) search.value = state.q;
    writeHash();
  }
  let waiting = 0;
  search.addEventListener("input", () => {
    state.q = search.value;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(filter);
  });

  // ------------------------------------------------------------------ going to a test
  function reveal(element, fold = false) {
    for (let around = element; around; around = around.parentElement) if (around.tagName === "DETAILS" && !fold) around.open = true;
    const inner = element.tagName === "LI" ? element.querySelector(":scope > details") : null;
    if (inner) inner.open = true;
    for (const old of $$(".here")) old.classList.remove("here");
    element.classList.add("here");
    element.scrollIntoView({ block: "nearest" });
    element.scrollIntoView({ block: "start" });
    const target = element.querySelector("summary, a") || element;
    if (target === element) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
  function goTo(name) {
    const element = document.getElementById("t" + name);
    if (!element) return;
    if (element.hidden) { state.q = state.show = ""; filter(); }
    state.test = name;
    writeHash();
    reveal(element);
  }
  document.addEventListener("click", event => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    const target = link.getAttribute("href").slice(1);
    if (/^t\d/.test(target)) goTo(target.slice(1));
    else if (target.startsWith("show=")) {
      state.show = state.show === target.slice(5) ? "" : target.slice(5);
      filter();
      $("#tests").scrollIntoView();
    } else if (target.startsWith("q=")) {
      state.q = state.q === target.slice(2) ? "" : target.slice(2);
      filter();
      $("#tests").scrollIntoView();
    } else { $("#" + target).scrollIntoView(); }
    event.preventDefault();
  });

  // ------------------------------------------------------------------ logs, commands, times: made handy when they are seen
  function sift(log) {
    if (log.sifted || log.children.length < 2) return;
    log.sifted = true;
    const levels = make("select", {}, ...[["0", "all levels"], ["20", "INFO and up"], ["30", "WARNING and up"], ["40", "ERROR and up"]]
      .map(([value, text]) => make("option", { value, textContent: text })));
    levels.setAttribute("aria-label", "Level");
    const words = make("input", { type: "search", placeholder: "Search this log" });
    words.setAttribute("aria-label", "Search this log");
    const found = make("output");
    const apply = () => {
      const wanted = words.value.toLowerCase();
      let count = 0;
      for (const line of log.children) {
        const level = Number(line.className.slice(1)) || 0;
        line.hidden = line.className !== "cut" && (level < Number(levels.value) || !line.textContent.toLowerCase().includes(wanted));
        count += !line.hidden;
      }
      found.textContent = wanted || levels.value !== "0" ? `${count} lines` : "";
    };
    levels.addEventListener("change", apply);
    words.addEventListener("input", apply);
    log.before(make("div", { className: "sift" }, levels, words, found));
  }
  function copying(line) {
    if (line.copying) return;
    line.copying = true;
    const button = make("button", { type: "button", textContent: "copy" });
    button.addEventListener("click", async () => {
      const code = $("code", line);
      try { await navigator.clipboard.writeText(code.textContent); }
      catch {
        getSelection().selectAllChildren(code);
        document.execCommand("copy");
      }
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
    line.append(button);
  }
  function makeHandy(root) {
    $$(".log", root).forEach(sift);
    $$(".run", root).forEach(copying);
  }
  document.addEventListener("toggle", event => {
    if (event.target.open && event.target.matches(".t, li > details")) makeHandy(event.target);
  }, true);
  makeHandy($("header"));
  $$(".t[open]").forEach(makeHandy);
  for (const time of $$("time")) {
    const moment = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
  }

  // ------------------------------------------------------------------ colours
  const THEMES = ["", "dark", "light"];
  const remembered = { get() { try { return localStorage.getItem("rotest-theme") || ""; } catch { return ""; } },
    set(value) { try { localStorage.setItem("rotest-theme", value); } catch { /* from disk this may be forbidden */ } } };
  function paint(name) {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
  }
  paint(remembered.get());
  function nextTheme() {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "") + 1) % THEMES.length];
    paint(next);
    remembered.set(next);
  }
  theme.addEventListener("click", nextTheme);

  // ------------------------------------------------------------------ the timeline
  const LANE = 22, LABELS = 190, TOP = 22, MOST_LANES = 120, PLOT = 44, BOX = 1000, BOX_HEIGHT = 100;
  const KINDS = { c: "setup", v: "setup", i: "setup", s: "clean", f: "clean" };
  const STEPS = { c: "connect", v: "validate", i: "initialize", s: "store_state", f: "finalize" };
  const chart = $(".chart");
  const escape = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
  const brief = value => value >= 60 ? `${Math.floor(value / 60)}:${String(Math.floor(value % 60)).padStart(2, "0")} min`
    : value >= 1 ? `${+value.toFixed(2)} s` : `${+(value * 1000).toFixed(1)} ms`;
  let lanes = null, plotted = [], length = 0, zoom = null;

  function readPlots() {
    const table = $("#timeline .series");
    plotted = table ? $$(".plot", table).map(figure => {
      const [high, low] = $$("i", figure).map(element => element.textContent);
      const says = figure.firstElementChild.textContent, unit = figure.firstElementChild.childNodes[1].textContent;
      return { label: $("b", figure).textContent, says, range: `${low} … ${high}${unit.trimEnd()}`, line: $("path", figure).getAttribute("d"), seconds: Number(table.dataset.length) };
    }) : [];
    for (const plot of plotted) length = Math.max(length, plot.seconds);
  }

  function readLanes() {
    const named = kind => $$(`.lanes .${kind}`).map(row => ({ kind, label: $("th", row).textContent, spans: [] }));
    const workers = named("worker"), resources = named("resource");
    for (const row of rows) {
      const [start, duration, worker] = row.element.dataset.t.split(",").map(Number);
      const name = row.element.id.slice(1);
      const title = (row.element.querySelector("span") || row.element).textContent;
      const add = (lane, kind, from, seconds, says) => {
        if (lane) lane.spans.push({ kind, from, to: from + seconds, name, title: `${title}: ${says} ${brief(seconds)}` });
        length = Math.max(length, from + seconds);
      };
      add(workers[worker], row.code, start, duration, WORDS[row.code]);
      for (const span of (row.element.dataset.r || "").split(";")) {
        if (!span) continue;
        const [what, from, seconds] = span.split(",");
        const lane = what.length > 1 ? resources[Number(what.slice(1))] : null, mark = what[0];
        const begin = Number(from), took = Number(seconds);
        if (mark === "w") {
          add(lane, "wait", begin, took, "waited");
          const inside = Math.max(begin, start), end = Math.min(begin + took, start + duration);
          if (end > inside) add(workers[worker], "wait", inside, end - inside, "waited");
        } else if (mark === "u") add(lane, "use", begin, took, "had it for");
        else { add(lane, KINDS[mark], begin, took, STEPS[mark]); add(workers[worker], KINDS[mark], begin, took, STEPS[mark]); }
      }
    }
    const byName = (one, other) => one.label.localeCompare(other.label, "en", { numeric: true });
    lanes = [...workers.sort(byName), ...resources.sort(byName)];
    // What matters most is drawn last, above the rest.
    const rank = { use: 0, s: 0, k: 0, x: 0, u: 1, f: 1, e: 1, n: 1, clean: 2, setup: 2, wait: 3 };
    for (const lane of lanes) lane.spans.sort((one, other) => rank[one.kind] - rank[other.kind] || one.from - other.from);
  }

  function ticks(from, to, width) {
    const rough = (to - from) / Math.max(2, width / 110), power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(value => value >= rough) || rough;
    const found = [];
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
    return found;
  }

  // What is narrower than a pixel is drawn together, so that any number of tests makes a picture of bounded size.
  function laneMarkup(lane, y, from, scale, width) {
    const parts = [];
    let last = null;
    const flush = () => {
      if (!last) return;
      const thin = last.kind === "setup" || last.kind === "clean";
      // Others wait for a resource while somebody has it: both are to be seen.
      const above = last.kind === "wait" && lane.kind === "resource";
      const top = y + (thin ? 14 : above ? 1 : 3), height = thin || above ? 5 : 16;
      const least = "ufen".includes(last.kind) ? 2 : .8;
      const says = last.count > 1 ? `${last.count} in ${brief((last.right - last.left) / scale)}, from ${last.title}` : last.title;
      parts.push(`<rect class="${last.kind}" x="${last.left.toFixed(1)}" y="${top}" width="${Math.max(last.right - last.left, least).toFixed(1)}" height="${height}" data-name="${last.name}"><title>${escape(says)}</title></rect>`);
      if (last.count === 1 && SIGNS[last.kind] && last.kind !== "s" && last.right - last.left > 13) parts.push(`<text class="sign" x="${((last.left + last.right) / 2 - 4).toFixed(1)}" y="${y + 15}">${SIGNS[last.kind]}</text>`);
      last = null;
    };
    for (const span of lane.spans) {
      const left = Math.max((span.from - from) * scale, 0), right = Math.min((span.to - from) * scale, width);
      if (right < 0 || left > width) continue;
      if (last && last.kind === span.kind && left - last.right < .7 && left >= last.left && right - left < 1.5) {
        last.right = Math.max(last.right, right);
        last.count += 1;
      } else {
        flush();
        last = { kind: span.kind, left: LABELS + left, right: LABELS + right, name: span.name, title: span.title, count: 1 };
        last.left -= LABELS; last.right -= LABELS;
      }
    }
    flush();
    return `<g transform="translate(${LABELS} 0)">${parts.join("")}</g>`;
  }

  const HATCH = '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
    '<rect width="5" height="5" style="fill:var(--wait)"/><path d="M0 0V5" style="stroke:var(--wait-line);stroke-width:1.6"/></pattern></defs>';
  function drawTimeline() {
    if (!lanes) return;
    const box = $(".picture", chart), width = Math.max(box.clientWidth - LABELS, 200);
    const [from, to] = zoom || [0, length], scale = width / (to - from);
    const drawn = lanes.slice(0, MOST_LANES);
    const markup = [HATCH];
    let y = TOP, kind = "";
    const body = [];
    for (const lane of drawn) {
      if (lane.kind !== kind) {
        kind = lane.kind;
        body.push(`<text class="head" x="0" y="${y + 12}">${kind === "worker" ? "WORKERS" : "RESOURCES"}</text>`);
        y += 18;
      }
      const label = lane.label.length > 26 ? lane.label.slice(0, 25) + "…" : lane.label;
      body.push(`<text class="label" x="0" y="${y + 15}">${escape(label)}<title>${escape(lane.label)}</title></text>`);
      body.push(`<rect class="lane" x="${LABELS}" y="${y + 1}" width="${width}" height="${LANE - 2}"/>`);
      body.push(laneMarkup(lane, y, from, scale, width));
      y += LANE;
    }
    if (plotted.length) {
      body.push(`<text class="head" x="0" y="${y + 12}">SERIES</text>`);
      y += 18;
    }
    for (const plot of plotted) {
      const across = plot.seconds / BOX * scale, up = (PLOT - 10) / BOX_HEIGHT;
      const label = plot.label.length > 26 ? plot.label.slice(0, 25) + "…" : plot.label;
      body.push(`<text class="label" x="0" y="${y + 15}">${escape(label)}<title>${escape(plot.says)}</title></text><text x="0" y="${y + 31}">${escape(plot.range)}</text>`);
      body.push(`<svg x="${LABELS}" y="${y + 1}" width="${width}" height="${PLOT - 2}"><rect class="lane" width="${width}" height="${PLOT - 2}"/><title>${escape(plot.says)}</title>` +
        `<path class="series" transform="translate(${-from * scale} 4) scale(${across} ${up})" d="${plot.line}"/></svg>`);
      y += PLOT;
    }
    for (const at of ticks(from, to, width)) {
      const x = (LABELS + (at - from) * scale).toFixed(1);
      markup.push(`<path class="tick" d="M${x} ${TOP - 4}V${y}"/><text x="${x}" y="12" text-anchor="middle">${brief(at)}</text>`);
    }
    box.innerHTML = `<svg role="img" aria-label="Timeline of workers and resources" height="${y + 4}" viewBox="0 0 ${width + LABELS} ${y + 4}">${markup.join("")}${body.join("")}<rect class="pick" y="${TOP}" height="${y - TOP}" width="0"/></svg>`;
    const more = lanes.length - drawn.length;
    if (more) box.append(make("p", { className: "cut", textContent: `${more} more are in the table below` }));
  }
  function setZoom(from, to) {
    const least = Math.max(length / 1e5, 1e-3);
    if (to - from < least) return;
    from = Math.max(0, from);
    to = Math.min(length, to);
    zoom = from <= 0 && to >= length ? null : [from, to];
    state.zoom = zoom ? zoom.map(value => +value.toFixed(3)).join("-") : "";
    writeHash();
    drawTimeline();
  }
  function zoomBy(factor, middle) {
    const [from, to] = zoom || [0, length];
    middle ??= (from + to) / 2;
    setZoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }
  function pan(part) {
    const [from, to] = zoom || [0, length], by = Math.min(Math.max(part * (to - from), -from), length - to);
    if (zoom) setZoom(from + by, to + by);
  }
  function prepareTimeline() {
    readLanes();
    readPlots();
    if (!length || !lanes.length) { $("#timeline").hidden = true; $('a[href="#timeline"]').hidden = true; return; }
    const button = (text, title, act) => {
      const made = make("button", { type: "button", textContent: text, title });
      made.setAttribute("aria-label", title);
      made.addEventListener("click", act);
      return made;
    };
    const used = new Set(lanes.flatMap(lane => lane.spans.map(span => span.kind)));
    const legend = make("div", { className: "legend" });
    const NAMES = { ...WORDS, use: "in use", setup: "set-up", clean: "clean-up", wait: "waiting" };
    legend.innerHTML = Object.keys(NAMES).filter(kind => used.has(kind))
      .map(kind => `<span><svg viewBox="0 0 14 11"><rect class="${kind}" width="14" height="11"/></svg>${SIGNS[kind] ? SIGNS[kind] + " " : ""}${NAMES[kind]}</span>`).join("");
    const picture = make("div", { className: "picture", tabIndex: 0 });
    picture.setAttribute("aria-label", "Timeline: + and - zoom, arrows move, 0 shows all; drag to zoom");
    chart.append(make("div", { className: "chart-bar" }, legend, make("div", {},
      button("−", "Zoom out", () => zoomBy(2)), " ", button("+", "Zoom in", () => zoomBy(.5)), " ", button("all", "Show all", () => setZoom(0, length)))), picture);
    picture.addEventListener("keydown", event => {
      const act = { "+": () => zoomBy(.5), "-": () => zoomBy(2), "0": () => setZoom(0, length), ArrowLeft: () => pan(-.25), ArrowRight: () => pan(.25) }[event.key];
      if (act && !event.ctrlKey && !event.metaKey) { act(); event.preventDefault(); event.stopPropagation(); }
    });
    picture.addEventListener("wheel", event => {
      if (!event.ctrlKey) return;
      zoomBy(event.deltaY > 0 ? 1.25 : .8, at(event));
      event.preventDefault();
    }, { passive: false });
    const at = event => {
      const box = picture.getBoundingClientRect(), [from, to] = zoom || [0, length];
      return from + Math.min(Math.max((event.clientX - box.left - LABELS) / (box.width - LABELS), 0), 1) * (to - from);
    };
    let begun = null;
    picture.addEventListener("pointerdown", event => { begun = { time: at(event), x: event.clientX }; });
    picture.addEventListener("pointermove", event => {
      if (!begun || Math.abs(event.clientX - begun.x) < 5) return;
      const pick = $(".pick", picture), box = picture.getBoundingClientRect();
      pick.setAttribute("x", Math.max(Math.min(begun.x, event.clientX) - box.left, LABELS));
      pick.setAttribute("width", Math.abs(event.clientX - begun.x));
    });
    picture.addEventListener("pointerup", event => {
      if (!begun) return;
      const { time, x } = begun;
      begun = null;
      if (Math.abs(event.clientX - x) >= 5) setZoom(...[time, at(event)].sort((one, other) => one - other));
      else if (event.target.dataset.name) goTo(event.target.dataset.name);
    });
    picture.addEventListener("dblclick", () => setZoom(0, length));
    const zoomed = state.zoom.split("-").map(Number);
    zoom = zoomed.length === 2 && zoomed[1] > zoomed[0] ? zoomed : null;
    drawTimeline();
    let width = picture.clientWidth;
    new ResizeObserver(() => { if (picture.clientWidth !== width) { width = picture.clientWidth; drawTimeline(); } }).observe(picture);
  }

  // ------------------------------------------------------------------ keys
  const KEYS = [["/", "search"], ["n  p", "next, previous failure"], ["j  k", "next, previous test in sight"], ["Enter", "fold, unfold"], ["e  c", "unfold, fold all groups of tests"],
    ["f", "show failed tests only, or all"], ["t", "to the timeline (then + − 0 ← →)"], ["d", "light, dark"], ["Esc", "clear search and filters"]];
  const help = make("dialog", {}, make("h2", { textContent: "Keys" }), make("table", {}, make("tbody", {},
    ...KEYS.map(([keys, does]) => make("tr", {}, make("td", {}, ...keys.split("  ").flatMap(key => [make("kbd", { textContent: key }), " "])), make("td", { textContent: does }))))));
  help.addEventListener("click", () => help.close());
  document.body.append(help);
  function step(elements, by) {
    const seen = elements.filter(element => !element.hidden && element.checkVisibility());
    if (!seen.length) return;
    const current = seen.findIndex(element => element.classList.contains("here"));
    const next = seen[current < 0 ? (by > 0 ? 0 : seen.length - 1) : (current + by + seen.length) % seen.length];
    return next;
  }
  function stepFailure(by) {
    const next = step(failures, by);
    if (!next) return;
    const here = $(".here");
    if (here && here.matches(".t")) here.open = false;
    goTo(next.id.slice(1));
  }
  function stepTest(by) {
    const next = step(rows.map(row => row.element), by);
    if (!next) return;
    for (const old of $$(".here")) old.classList.remove("here");
    next.classList.add("here");
    const target = next.querySelector("summary, a") || next;
    if (target === next) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  const ACTS = {
    "/": () => { search.focus(); search.select(); },
    n: () => stepFailure(1), p: () => stepFailure(-1), j: () => stepTest(1), k: () => stepTest(-1),
    e: () => groups.forEach(group => { group.open = true; }), c: () => groups.forEach(group => { group.open = false; }),
    f: () => { state.show = state.show ? "" : "ufen"; filter(); },
    t: () => { $("#timeline").scrollIntoView(); const picture = $(".picture"); if (picture) picture.focus({ preventScroll: true }); },
    d: nextTheme, "?": () => help.open ? help.close() : help.showModal(),
  };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (help.open) return;
      state.q = state.show = "";
      filter();
      document.activeElement.blur();
    } else if (!event.target.matches("input, select") && Object.hasOwn(ACTS, event.key)) {
      ACTS[event.key]();
      event.preventDefault();
    }
  });

  // ------------------------------------------------------------------ printing: failures unfolded
  let folded = [];
  addEventListener("beforeprint", () => { folded = failures.filter(failure => !failure.open); folded.forEach(failure => { failure.open = true; }); });
  addEventListener("afterprint", () => { folded.forEach(failure => { failure.open = false; }); });

  function start() {
    const place = readHash();
    if (state.q || state.show) filter();
    if (state.test) goTo(state.test);
    else if (place && document.getElementById(place)) document.getElementById(place).scrollIntoView();
  }
  start();
  addEventListener("hashchange", () => { start(); filter(); });
  requestAnimationFrame(() => setTimeout(() => {
    prepareTimeline();
    // It has pushed down what the address asks for.
    const place = state.test ? "t" + state.test : location.hash.slice(1);
    if (place && document.getElementById(place)) document.getElementById(place).scrollIntoView();
  }));
})();
