// The list: every event in words, each opening to its claims, their quoted words, and what is disputed side by side.
const EventList = (() => {
  const { h, say, term, bdi } = Words;
  const PAGE = 40, CLAIMS = 8;
  const container = document.getElementById("events");
  const more = document.getElementById("more");

  let events = [], shown = 0, onOpen = () => {}, onClose = () => {}, onPoint = () => {};
  const open = new Set();

  // --- fields, whatever a coder calls them ---
  const FIELD_NAMES = {
    code: "type", event_type: "type", sub_event_type: "type", type: "type",
    where: "location", place: "location", location: "location", location_name: "location",
    when: "date", date: "date", date_start: "date", date_end: "date",
    initiator: "actor1", actor1: "actor1", "participants.1": "actor1", side1: "actor1",
    target: "actor2", actor2: "actor2", "participants.2": "actor2", side2: "actor2", participants: "actor1",
  };
  const COUNTS = ["deaths", "injured", "detained", "abducted", "displaced"];
  const fieldKey = (name) => {
    const plain = name.replace(/^counts[._]/, "");
    return Object.hasOwn(FIELD_NAMES, plain) ? FIELD_NAMES[plain] : plain;
  };
  const fieldLabel = (name) => term("fields", fieldKey(name));

  /** What one claim says of a field, in words; empty where it says nothing. */
  function valueOf(claim, key) {
    if (COUNTS.includes(key)) return claim.counts?.[key]?.text ?? "";
    if (key === "type") return claim.sub_event_type || claim.event_type || "";
    if (key === "date") return claim.date_start ? Words.days({ start: Date.parse(claim.date_start), end: Date.parse(claim.date_end || claim.date_start) }) : "";
    if (key === "modality") return term("modality_values", claim.modality || "asserted");
    if (key === "attribution") return claim.attribution ? term("attribution_values", claim.attribution) : "";
    return typeof claim[key] === "string" ? claim[key] : "";
  }

  const ownVoice = (claim) => !claim.speaker || claim.speaker === claim.source;
  const sourceName = (claim) => claim.source || say("claim.local");

  function saidBy(claim) {
    if (ownVoice(claim)) return bdi(sourceName(claim));
    return [bdi(claim.speaker), claim.speaker_kind ? ` (${term("speaker_kinds", claim.speaker_kind)})` : "", ", ", bdi(sourceName(claim))];
  }

  // --- the head of an event ---
  function placeName(event) {
    const names = [event.location, event.admin1, event.country].filter((name, i, all) => name && all.indexOf(name) === i);
    if (!names.length) return [say("place_unknown")];
    const [first, ...rest] = names;
    return [bdi(first), rest.length ? h("small", {}, ", ", rest.map((name, i) => [i ? ", " : "", bdi(name)])) : ""];
  }

  function who(event) {
    if (!event.actor1 && !event.actor2) return "";
    if (!event.actor2) return bdi(event.actor1);
    const first = event.actor1 ? bdi(event.actor1) : say("event.by_unknown");
    return [first, h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "visually-hidden" }, ", "), bdi(event.actor2)];
  }

  function toll(event) {
    if (!event.counts.deaths) return h("span", { class: "toll unknown" }, say("event.toll_unknown"));
    if (event.counts.deaths.text === "0") return h("span", { class: "toll unknown" }, say("event.no_deaths"));
    return h("span", { class: "toll" }, say("event.deaths", { n: event.counts.deaths.text }));
  }

  function reports(event) {
    const read = say("event.reports", { n: event.documents });
    return event.documents > 1 ? `${read}, ${say("event.independent", { n: event.lineages })}` : read;
  }

  function item(event) {
    const detailId = `detail-${event.index}`;
    const expanded = open.has(event.id);
    const button = h("button", { type: "button", "aria-expanded": String(expanded), "aria-controls": detailId, onclick: () => toggle(event) },
      h("span", { class: "kind" }, h("i", { class: `k${event.colour}`, "aria-hidden": "true" }), bdi(event.sub_event_type || event.event_type || say("no_type"))),
      h("span", { class: "when" }, Words.days(event)),
      h("span", { class: "place" }, placeName(event)),
      toll(event),
      who(event) ? h("span", { class: "who" }, who(event)) : "",
      h("span", { class: "count-line" },
        event.disputed.length ? [h("span", { class: "tag" }, say("event.disputed")), ": ", event.disputed.map((name) => fieldLabel(name).toLowerCase()).filter((n, i, all) => all.indexOf(n) === i).join(", "), " · "] : "",
        reports(event)));
    const detail = h("div", { class: "detail", id: detailId, hidden: !expanded });
    if (expanded) detail.append(...content(event));
    return h("li", {
      class: `event${expanded ? " open" : ""}`, id: `event-${event.index}`,
      onpointerenter: () => onPoint(event), onpointerleave: () => onPoint(null),
    }, h("h4", { class: "event-head" }, button), detail);
  }

  // --- an open event ---
  function content(event) {
    return [
      event.notes ? h("p", { class: "notes", dir: "auto" }, event.notes) : "",
      precision(event),
      facts(event),
      disputes(event),
      claims(event),
      table(event),
      basis(event),
    ].flat().filter(Boolean);
  }

  function precision(event) {
    const notes = [
      event.placed ? term("event.map_precision", event.geo_precision ?? "1") : say("event.no_point"),
      event.start === null ? say("date_unknown") : term("event.time_precision", event.time_precision ?? "1"),
      event.attribution && event.attribution !== "none" ? term("event.attribution", event.attribution) : "",
    ].filter(Boolean);
    return notes.length ? h("p", { class: "precision" }, notes.join(". ") + ".") : "";
  }

  function facts(event) {
    const rows = [];
    for (const name of COUNTS) if (event.counts[name]) rows.push([term("counts", name), event.counts[name].text]);
    if (event.weapon) rows.push([say("event.weapon"), bdi(event.weapon)]);
    if (event.associated.length) rows.push([say("event.associated"), event.associated.map((name, i) => [i ? ", " : "", bdi(name)])]);
    if (event.part_of) {
      const whole = Data.byId.get(event.part_of);
      rows.push([say("event.part_of"), whole ? h("a", { href: `#event=${encodeURIComponent(whole.id)}` }, ...placeName(whole), ", ", Words.days(whole)) : bdi(event.part_of)]);
    }
    return rows.length ? h("dl", { class: "facts" }, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])) : "";
  }

  function disputes(event) {
    const keys = [...new Set(event.disputed.map(fieldKey))];
    if (!keys.length) return "";
    return [h("h4", {}, say("event.disputes")), ...keys.map((key) => dispute(event, key)).filter(Boolean)];
  }

  /** One column a value, and under it everybody who says so; the value the event shows comes first. */
  function dispute(event, key) {
    const basis = event.fields.find((field) => fieldKey(field.name) === key) ?? {};
    const sides = new Map();
    for (const claim of event.claims) {
      let value = valueOf(claim, key);
      if (!value && (basis.against ?? []).includes(claim.id)) value = say("event.other_value");
      if (!value && key !== "modality" && !quotesFor(claim, key).length) continue;
      value ||= say("event.same_value");
      if (!sides.has(value)) sides.set(value, []);
      sides.get(value).push(claim);
    }
    if (!sides.size) return null;
    const taken = (list) => list.some((claim) => (basis.claims ?? []).includes(claim.id));
    const ordered = [...sides].sort((a, b) => taken(b[1]) - taken(a[1]) || b[1].length - a[1].length);
    return h("div", { class: "dispute" },
      h("h5", {}, term("fields", key)),
      h("div", { class: "sides" }, ordered.map(([value, list]) =>
        h("div", { class: `side${taken(list) ? " taken" : ""}` },
          h("strong", { dir: "auto" }, value),
          h("ul", {}, list.map((claim) => h("li", {}, saidBy(claim), quotesFor(claim, key).map((words) => [": ", h("q", { dir: "auto" }, words)]))))))));
  }

  const quotesFor = (claim, key) => (claim.quotes ?? []).filter(([field]) => fieldKey(field) === key).map(([, words]) => words);

  function claims(event) {
    if (!event.claims.length) return "";
    const list = h("ol", { class: "claims" }, event.claims.slice(0, CLAIMS).map(claimItem));
    const parts = [h("h4", {}, say("event.claims")), list];
    if (event.claims.length > CLAIMS) {
      const rest = h("button", { type: "button", class: "more", onclick: () => {
        rest.remove();
        list.append(...event.claims.slice(CLAIMS).map(claimItem));
        list.children[CLAIMS].setAttribute("tabindex", "-1");
        list.children[CLAIMS].focus();
      } }, say("event.all_claims", { n: event.claims.length }));
      parts.push(rest);
    }
    if (event.more_claims) parts.push(h("p", { class: "foot" }, say("event.more_claims", { n: event.more_claims })));
    return parts;
  }

  function claimItem(claim) {
    const published = claim.published ? Words.day(Date.parse(claim.published)) : "";
    const modality = term("claim.modality", claim.modality || "asserted");
    const counts = COUNTS.filter((name) => claim.counts?.[name]).map((name) => `${term("counts", name)}: ${claim.counts[name].text}`);
    return h("li", { class: "claim" },
      h("p", { class: "by" },
        h("strong", {}, bdi(sourceName(claim))), published ? `, ${published}` : "",
        ownVoice(claim) ? "" : [". ", say("claim.by"), " ", h("strong", {}, bdi(claim.speaker)), claim.speaker_kind ? `, ${term("speaker_kinds", claim.speaker_kind)}` : ""],
        modality ? [". ", h("span", { class: "modality" }, modality)] : "",
        claim.background ? `. ${say("event.background")}` : "",
        safeUrl(claim.url) ? [". ", h("a", { href: safeUrl(claim.url), target: "_blank", rel: "noopener noreferrer nofollow" }, say("claim.open"))] : ""),
      claim.passage ? h("blockquote", { dir: "auto" }, highlighted(claim)) : h("p", { class: "unquoted" }, say("claim.not_quoted")),
      counts.length || claim.attribution ? h("p", { class: "said" }, [...counts, claim.attribution ? term("event.attribution", claim.attribution) : ""].filter(Boolean).join(". ") + ".") : "",
      readFrom(claim));
  }

  function readFrom(claim) {
    const quotes = new Map();
    for (const [field, words] of claim.quotes ?? []) {
      const label = fieldLabel(field);
      if (!quotes.has(label)) quotes.set(label, []);
      if (!quotes.get(label).includes(words)) quotes.get(label).push(words);
    }
    if (!quotes.size) return "";
    return h("p", { class: "read" }, [...quotes].map(([label, words]) => h("span", {}, label, " ", words.map((w, i) => [i ? ", " : "", h("q", { dir: "auto" }, w)]))));
  }

  /** The passage with every quoted stretch marked; quotes may overlap, and a quote that is not in it is left alone. */
  function highlighted(claim) {
    const text = claim.passage, edges = new Map(), lower = text.toLowerCase();
    const stretches = [];
    for (const [field, words] of claim.quotes ?? []) {
      for (const part of words.split(" … ").filter(Boolean)) {
        let at = text.indexOf(part);
        // Lower-casing can change a text's length in a few languages; then only exact words are marked.
        if (at < 0 && lower.length === text.length) at = lower.indexOf(part.toLowerCase());
        if (at >= 0) stretches.push({ start: at, end: at + part.length, label: fieldLabel(field) });
      }
    }
    for (const s of stretches) { edges.set(s.start, true); edges.set(s.end, true); }
    const cuts = [0, ...[...edges.keys()].sort((a, b) => a - b), text.length];
    const pieces = [];
    for (let i = 1; i < cuts.length; i += 1) {
      const [from, to] = [cuts[i - 1], cuts[i]];
      if (from === to) continue;
      const labels = [...new Set(stretches.filter((s) => s.start <= from && s.end >= to).map((s) => s.label))];
      const piece = text.slice(from, to);
      pieces.push(labels.length ? h("mark", { title: labels.join(", ") }, piece) : piece);
    }
    return pieces;
  }

  function safeUrl(url) {
    if (!url) return "";
    try {
      const parsed = new URL(url);
      return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : "";
    } catch { return ""; }
  }

  function table(event) {
    const link = h("a", { href: `#event=${encodeURIComponent(event.id)}` }, say("event.link"));
    const masked = event.masked.length ? `${say("event.masked", { what: event.masked.map((m) => String(m).replaceAll("_", " ")).join(", ") })} ` : "";
    if (event.rows.length) {
      const ids = event.rows.length > 6 ? [...event.rows.slice(0, 6), "…"] : event.rows;
      return h("p", { class: "foot" }, say("event.in_table", { n: event.rows.length }), " ", ids.join(", "), ". ", masked, link);
    }
    const reason = event.not_exported ? (Object.hasOwn(Data.raw.reasons, event.not_exported) ? Data.raw.reasons[event.not_exported] : event.not_exported.replaceAll("_", " ")) : say("not_stated");
    return h("p", { class: "foot" }, say("event.not_in_table"), " ", bdi(reason.replace(/\.$/, "")), ". ", masked, link);
  }

  function basis(event) {
    if (!event.fields.length) return "";
    return h("details", { class: "basis" }, h("summary", {}, say("event.basis")),
      h("dl", { class: "facts" }, event.fields.map((field) => [
        h("dt", {}, fieldLabel(field.name)),
        h("dd", { dir: "auto" }, [field.rule ?? "", (field.claims ?? []).length ? say("event.basis_claims", { n: field.claims.length }) : ""].filter(Boolean).join("; "))])));
  }

  // --- opening and closing ---
  function toggle(event, wanted = !open.has(event.id)) {
    if (wanted) open.add(event.id); else open.delete(event.id);
    const element = document.getElementById(`event-${event.index}`);
    if (element) {
      const detail = element.querySelector(".detail");
      if (wanted && !detail.childNodes.length) detail.append(...content(event));
      detail.hidden = !wanted;
      element.classList.toggle("open", wanted);
      element.querySelector("button").setAttribute("aria-expanded", String(wanted));
    }
    if (wanted) onOpen(event); else onClose(event);
  }

  /** Open `event`, bring it into view, and put the reader's focus there. */
  function go(event) {
    const at = events.indexOf(event);
    if (at < 0) return;
    while (shown <= at) grow();
    toggle(event, true);
    const element = document.getElementById(`event-${event.index}`);
    element.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    element.querySelector("button").focus({ preventScroll: true });
  }

  function grow(most = PAGE) {
    const next = events.slice(shown, shown + most);
    container.append(...next.map(item));
    shown += next.length;
    const left = events.length - shown;
    more.hidden = left <= 0;
    more.textContent = say("list.more", { n: Math.min(PAGE, left) });
  }

  function draw(list, emptyWords) {
    events = list;
    shown = 0;
    container.replaceChildren();
    if (!list.length) container.append(h("li", { class: "nothing" }, emptyWords));
    grow();
  }

  more.addEventListener("click", () => {
    const first = shown;
    grow();
    container.children[first]?.querySelector("button").focus({ preventScroll: true });
  });
  // On paper nothing can be unfolded: print what is listed, up to what a person would leaf through.
  addEventListener("beforeprint", () => grow(300));

  return {
    draw, go, toggle,
    whenOpened: (callback) => { onOpen = callback; },
    whenClosed: (callback) => { onClose = callback; },
    whenPointed: (callback) => { onPoint = callback; },
  };
})();
