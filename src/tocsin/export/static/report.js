// Puts the parts together: one state, held in the address, and three pictures of it.
(() => {
  const { h, say, term } = Words;
  const byName = (id) => document.getElementById(id);
  const state = Data.nothing();
  let chosen = null, hovered = null;

  const count = (list, key) => d3.rollup(list.filter(key), (of) => of.length, key);
  const isoDay = (ms) => (ms === null ? "" : new Date(ms).toISOString().slice(0, 10));
  const fromIso = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : null);

  // --- the state in the address, so that a view can be sent to a colleague ---
  const TEXTS = ["group", "sub", "actor", "place", "search", "sort"];
  const FLAGS = ["disputed", "unplaced", "undated"];
  function remember() {
    const nothing = Data.nothing(), query = new URLSearchParams();
    for (const name of TEXTS) if (state[name] !== nothing[name]) query.set(name, state[name]);
    for (const name of FLAGS) if (state[name]) query.set(name, "1");
    for (const type of state.types) query.append("type", type);
    for (const name of ["from", "to"]) if (state[name] !== null) query.set(name, isoDay(state[name]));
    if (chosen) query.set("event", chosen.id);
    try { history.replaceState(null, "", `#${query}`); } catch { /* a page opened from a mail may not have an address */ }
  }
  function recall() {
    const query = new URLSearchParams(location.hash.slice(1));
    Object.assign(state, Data.nothing());
    for (const name of TEXTS) if (query.has(name)) state[name] = query.get(name);
    for (const name of FLAGS) state[name] = query.has(name);
    for (const name of ["from", "to"]) state[name] = fromIso(query.get(name) ?? "");
    const known = new Set(Data.types.map(([type]) => type));
    state.types = query.getAll("type").filter((type) => known.has(type));
    if (!Data.GROUPS.includes(state.group)) state.group = "incidents";
    if (!Object.hasOwn(Data.SORTS, state.sort)) state.sort = "newest";
    try { if (state.place && !Array.isArray(JSON.parse(state.place))) state.place = ""; } catch { state.place = ""; }
    chosen = Data.byId.get(query.get("event")) ?? null;
    if (chosen && !query.has("group")) state.group = chosen.group;
  }

  // --- what can be chosen ---
  function buildGroups() {
    const counts = count(Data.events, (event) => event.group);
    const offered = Data.GROUPS.filter((group) => group === "incidents" || counts.get(group));
    byName("groups").append(...offered.map((group) => h("label", {},
      h("input", { type: "radio", name: "group", value: group, onchange: () => change({ group }, true) }),
      term("groups", group), h("span", {}, Words.number(counts.get(group) ?? 0)))));
    byName("groups").hidden = offered.length < 2;
  }

  function buildTypes() {
    byName("types").append(...Data.types.map(([type, colour]) => h("button", {
      type: "button", class: `chip k${colour}`, "aria-pressed": "false", "data-type": type,
      onclick: () => change({ types: state.types.includes(type) ? state.types.filter((t) => t !== type) : [...state.types, type] }),
    }, h("i", { "aria-hidden": "true" }), h("bdi", {}, type || say("no_type")), h("b", {}))));
  }

  const option = (value, label, n) => h("option", { value, dir: "auto" }, n === undefined ? label : `${label} (${Words.number(n)})`);
  function fill(id, options, value) {
    const select = byName(id);
    select.replaceChildren(option("", say("filter.all")), ...options);
    select.value = value;
    if (select.selectedIndex < 0) { select.value = ""; return false; }
    return true;
  }

  /** The lists offer what the chosen group holds. */
  function buildLists() {
    const here = Data.events.filter((event) => event.group === state.group);
    const inOrder = (map) => [...map].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    const kinds = d3.group(here.filter((event) => event.sub_event_type), (event) => event.event_type);
    const subs = Data.types.filter(([type]) => kinds.has(type)).map(([type]) => h("optgroup", { label: type || say("no_type") },
      inOrder(count(kinds.get(type), (event) => event.sub_event_type)).map(([name, n]) => option(name, name, n))));
    if (!fill("sub", subs, state.sub)) state.sub = "";
    const actors = new Map();
    for (const event of here) for (const actor of event.actors) actors.set(actor, (actors.get(actor) ?? 0) + 1);
    if (!fill("actor", inOrder(actors).map(([name, n]) => option(name, name, n)), state.actor)) state.actor = "";
    const places = d3.group(here.filter((event) => event.country), (event) => event.country);
    const countries = [...places].sort((a, b) => a[0].localeCompare(b[0])).map(([country, events]) => h("optgroup", { label: country },
      option(JSON.stringify([country, ""]), say("filter.all_of", { name: country }), events.length),
      inOrder(count(events, (event) => event.admin1)).map(([name, n]) => option(JSON.stringify([country, name]), name, n))));
    if (!fill("place", countries, state.place)) state.place = "";
  }

  function buildSort() {
    byName("sort").append(...Object.keys(Data.SORTS).map((name) => h("option", { value: name }, say(`sort.${name}`))));
  }

  // --- showing the state ---
  function change(changes, listsToo = false) {
    Object.assign(state, changes);
    if (chosen && chosen.group !== state.group) chosen = null;
    if (listsToo) buildLists();
    show();
    remember();
  }

  function showControls() {
    for (const radio of document.querySelectorAll("#groups input")) radio.checked = radio.value === state.group;
    const perType = count(Data.matching(state, "types"), (event) => event.event_type || " ");
    for (const chip of document.querySelectorAll(".chip")) {
      const n = perType.get(chip.dataset.type || " ") ?? 0;
      chip.setAttribute("aria-pressed", String(state.types.includes(chip.dataset.type)));
      chip.dataset.count = n;
      chip.querySelector("b").textContent = Words.number(n);
    }
    if (document.activeElement !== byName("search")) byName("search").value = state.search;
    byName("disputed").checked = state.disputed;
    byName("from").value = isoDay(state.from);
    byName("to").value = isoDay(state.to);
    byName("sort").value = state.sort;
    const note = term("group_notes", state.group);
    byName("group-note").textContent = note;
    byName("group-note").hidden = !note;
    const nothing = { ...Data.nothing(), group: state.group, sort: state.sort };
    byName("clear").hidden = JSON.stringify(nothing) === JSON.stringify(state);
  }

  /** A sentence on what a picture cannot show, with a button to see just those. */
  function aside(id, n, key, filter, label) {
    const line = byName(id);
    line.hidden = !n;
    line.replaceChildren(n ? say(key, { n }) : "", " ", n && !state[filter] ? h("button", { type: "button", onclick: () => change({ [filter]: true }) }, label) : "");
  }

  function show() {
    const matching = Data.matching(state).sort(Data.SORTS[state.sort]);
    const anyTime = Data.matching(state, "time");
    showControls();
    byName("status").textContent = matching.length || !Data.events.length
      ? say("status", { shown: matching.length, n: Data.events.filter((event) => event.group === state.group).length }) : "";
    EventMap.choose(chosen);
    EventMap.draw(matching);
    const unplaced = matching.filter((event) => !event.placed).length;
    aside("unplaced", unplaced, unplaced && unplaced === matching.length ? "map.none" : "map.unplaced", "unplaced", say("map.show_unplaced"));
    Timeline.draw(anyTime, state);
    aside("undated", anyTime.some((event) => event.start !== null) ? matching.filter((event) => event.start === null).length : 0, "timeline.undated", "undated", say("map.show_unplaced"));
    EventList.draw(matching, say(Data.events.length ? "status.none" : "status.empty"));
  }

  // --- listening ---
  let typing = 0;
  byName("search").addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => change({ search: event.target.value.trim() }), 150);
  });
  for (const id of ["sub", "actor", "place", "sort"]) byName(id).addEventListener("change", (event) => change({ [id]: event.target.value }));
  byName("disputed").addEventListener("change", (event) => change({ disputed: event.target.checked }));
  for (const id of ["from", "to"]) byName(id).addEventListener("change", (event) => change({ [id]: fromIso(event.target.value) }));
  byName("filters").addEventListener("submit", (event) => event.preventDefault());
  byName("clear").addEventListener("click", () => {
    change({ ...Data.nothing(), group: state.group, sort: state.sort }, true);
    byName("search").value = "";
    byName("list").focus({ preventScroll: true });
  });
  Timeline.whenPeriod((from, to) => change({ from, to }));
  EventMap.whenChosen((event) => EventList.go(event));
  EventList.whenOpened((event) => { chosen = event; EventMap.choose(event); EventMap.reveal(event); remember(); });
  EventList.whenClosed((event) => { if (chosen === event) { chosen = null; EventMap.choose(null); remember(); } });
  EventList.whenPointed((event) => { if (event !== hovered) { hovered = event; EventMap.choose(event ?? chosen); } });
  addEventListener("hashchange", () => { recall(); buildLists(); show(); if (chosen) EventList.go(chosen); });

  // Filters stand open where there is room for them, and can be opened where there is not.
  const roomy = matchMedia("(min-width: 761px)");
  const unfold = () => { byName("more-filters").open = roomy.matches; };
  roomy.addEventListener("change", unfold);
  unfold();

  recall();
  byName("explore").hidden = false;
  buildGroups();
  buildTypes();
  buildSort();
  buildLists();
  EventMap.start();
  show();
  if (chosen) EventList.go(chosen);
})();
