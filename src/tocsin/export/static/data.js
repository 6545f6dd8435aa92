// The events as written into the page, made ready to filter and draw.
const Data = (() => {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const DAY = 864e5;
  const GROUPS = ["incidents", "background", "denied", "possible", "threatened", "generic", "withdrawn"];

  const days = (text) => (text ? Date.parse(text + "T00:00:00Z") : null);
  /** Letters as they are searched for: no case, no accents, no Arabic vowel marks. */
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}|\u0640/gu, "").toLowerCase();

  const events = raw.events.map((record, index) => {
    const event = {
      associated: [], counts: {}, rows: [], fields: [], claims: [], disputed: [], masked: [], more_claims: 0,
      event_type: "", sub_event_type: "", actor1: "", actor2: "", location: "", country: "", admin1: "", admin2: "",
      ...record, index,
    };
    event.start = days(record.date_start);
    event.end = days(record.date_end) ?? event.start;
    event.start ??= event.end;
    event.placed = Number.isFinite(record.latitude) && Number.isFinite(record.longitude);
    event.deaths = event.counts.deaths ? event.counts.deaths.figure : null;
    event.actors = [...new Set([event.actor1, event.actor2, ...event.associated])].filter(Boolean);
    event.precision = event.geo_precision === 3 ? "admin1" : event.geo_precision === 2 ? "near" : "precise";
    return event;
  });
  const byId = new Map(events.map((event) => [event.id, event]));

  // Made on first use: folding five thousand events' passages is not needed to show the page.
  const texts = new Map();
  function textOf(event) {
    if (!texts.has(event)) {
      const parts = [event.sub_event_type, event.event_type, event.location, event.admin1, event.admin2, event.country,
        event.notes, event.weapon, ...event.actors,
        ...event.claims.flatMap((claim) => [claim.source, claim.speaker, claim.passage, claim.location, claim.actor1, claim.actor2])];
      texts.set(event, fold(parts.filter(Boolean).join("\n")));
    }
    return texts.get(event);
  }

  const nothing = () => ({
    group: "incidents", types: [], sub: "", actor: "", place: "", search: "", disputed: false,
    from: null, to: null, unplaced: false, undated: false, sort: "newest",
  });

  /** The events that match `state`; `except` names a filter to leave out, so that a picture shows what it filters. */
  function matching(state, except = "") {
    const words = fold(state.search).split(/\s+/).filter(Boolean);
    const [country, admin1] = state.place ? JSON.parse(state.place) : ["", ""];
    const time = except !== "time" && (state.from !== null || state.to !== null);
    return events.filter((e) =>
      e.group === state.group
      && (except === "types" || !state.types.length || state.types.includes(e.event_type))
      && (!state.sub || e.sub_event_type === state.sub)
      && (!state.actor || e.actors.includes(state.actor))
      && (!state.place || (e.country === country && (!admin1 || e.admin1 === admin1)))
      && (!state.disputed || e.disputed.length > 0)
      && (!state.unplaced || !e.placed)
      && (!state.undated || e.start === null)
      && (!time || (e.start !== null && (state.from === null || e.end >= state.from) && (state.to === null || e.start <= state.to)))
      && (!words.length || words.every((word) => textOf(e).includes(word))));
  }

  const newest = (a, b) => (b.start ?? -Infinity) - (a.start ?? -Infinity) || a.index - b.index;
  const SORTS = {
    newest,
    oldest: (a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || a.index - b.index,
    deadliest: (a, b) => (b.deaths ?? -1) - (a.deaths ?? -1) || newest(a, b),
    reported: (a, b) => b.lineages - a.lineages || b.documents - a.documents || newest(a, b),
  };

  return { raw, events, byId, GROUPS, SORTS, DAY, nothing, matching, types: Object.entries(raw.types) };
})();
