// The map: boundaries, and one symbol an event. Events in one place are packed around it, so that none hides another.
const EventMap = (() => {
  const { h, say } = Words;
  const svg = d3.select("#map");
  const frame = document.getElementById("map-frame");
  const tip = document.getElementById("tip");
  const LARGEST_PACK = 58; // px: beyond it a crowd of events hides the country it is in
  const SMALLEST = 3.6, HIT = 12; // px

  let width = 0, height = 0, transform = d3.zoomIdentity, projection = d3.geoMercator();
  let groups = [], crowd = 1, chosen = null, onChoose = () => {}, lastShown = [];

  // --- boundaries ---
  function unpack(shape) {
    const polygons = shape.polygons.map((polygon) => polygon.map((flat, number) => {
      const ring = [];
      let x = 0, y = 0;
      for (let i = 0; i < flat.length; i += 2) ring.push([(x += flat[i]) / shape.grid, (y += flat[i + 1]) / shape.grid]);
      ring.push(ring[0]);
      // On the globe a ring has two insides; an exterior is to hold the smaller, a hole the larger.
      const most = d3.geoArea({ type: "Polygon", coordinates: [ring] }) > 2 * Math.PI;
      return most === (number > 0) ? ring : ring.reverse();
    }));
    return { type: "Feature", properties: { name: shape.name }, geometry: { type: "MultiPolygon", coordinates: polygons } };
  }
  const countries = Data.raw.outline.countries.map(unpack);
  const divisions = Data.raw.outline.admin1.map(unpack);
  const placed = Data.events.filter((event) => event.placed);
  const mostDeaths = d3.max(Data.events, (event) => event.deaths) || 0;

  const layers = {};
  const defs = svg.append("defs");
  for (const [, colour] of new Map(Data.types.map((type) => [type[1], type[1]]))) addHatch(defs, `hatch-${colour}`, `k${colour}`);
  addHatch(d3.select("#map-key").append("svg").attr("width", 0).attr("height", 0).append("defs"), "hatch-key", "k5");
  const scene = svg.append("g");
  layers.shapes = scene.append("g").attr("aria-hidden", "true");
  layers.symbols = scene.append("g");
  layers.labels = scene.append("g").attr("aria-hidden", "true");
  layers.scale = svg.append("g").attr("class", "scale").attr("aria-hidden", "true");

  function addHatch(where, id, colour) {
    const pattern = where.append("pattern").attr("id", id).attr("class", colour)
      .attr("width", 4).attr("height", 4).attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
    pattern.append("rect").attr("class", "hatch-back").attr("width", 4).attr("height", 4);
    pattern.append("line").attr("class", "hatch").attr("y2", 4);
  }

  // --- symbols ---
  const area = d3.scaleSqrt();
  /** Radius in px: the area says how many died; where the toll is not stated the symbol is a small diamond. */
  const radius = (event) => (event.deaths === null ? SMALLEST + 0.6 : Math.max(SMALLEST, area(event.deaths)));
  function outlineOf(r, unknownToll) {
    const d = r * 1.25;
    return unknownToll ? `M0,${-d}L${d},0L0,${d}L${-d},0Z` : `M0,${-r}A${r},${r},0,1,1,0,${r}A${r},${r},0,1,1,0,${-r}Z`;
  }

  function group(events) {
    const places = d3.group(events.filter((event) => event.placed), (event) => `${event.longitude},${event.latitude}`);
    return [...places.values()].map((here) => {
      const nodes = here.map((event) => ({ event, r: radius(event) })).sort((a, b) => b.r - a.r || a.event.index - b.event.index);
      // A diamond's corners reach further than its radius; half a pixel keeps neighbours apart.
      const circles = nodes.map((node) => ({ r: node.r * (node.event.deaths === null ? 1.2 : 1) + 0.6 }));
      d3.packSiblings(circles);
      const pack = d3.packEnclose(circles);
      const shrink = Math.min(1, LARGEST_PACK / pack.r);
      nodes.forEach((node, i) => {
        node.x = (circles[i].x - pack.x) * shrink;
        node.y = (circles[i].y - pack.y) * shrink;
        node.r *= shrink;
      });
      const [first] = here;
      return { point: [first.longitude, first.latitude], nodes, r: pack.r * shrink, name: first.location, deaths: d3.max(here, (e) => e.deaths || 0) };
    }).sort((a, b) => b.r - a.r);
  }

  // --- drawing ---
  function fit() {
    const points = placed.map((event) => [event.longitude, event.latitude]);
    const [west, east] = d3.extent(points, (p) => p[0]), [south, north] = d3.extent(points, (p) => p[1]);
    const wide = east - west > 120;
    projection = wide || !points.length ? d3.geoEqualEarth() : d3.geoMercator().precision(0); // boundaries are dense enough to go without resampling
    svg.classed("world", wide || !points.length);
    const margin = Math.min(48, width / 9);
    const box = [[margin, margin], [width - margin, height - margin]];
    if (!points.length) {
      projection.fitExtent(box, countries.length ? { type: "FeatureCollection", features: countries } : { type: "Sphere" });
    } else {
      // At least about 400 km across: a single place needs its surroundings to be recognised.
      const pad = (least, size) => Math.max(0, (least - size) / 2);
      const px = pad(4, east - west), py = pad(3, north - south);
      const corners = [[west - px, south - py], [east + px, south - py], [west - px, north + py], [east + px, north + py], ...points];
      projection.fitExtent(box, { type: "MultiPoint", coordinates: corners });
    }
  }

  function drawShapes() {
    const path = d3.geoPath(projection);
    layers.shapes.selectAll("*").remove();
    for (const shape of [...countries, ...divisions]) shape.line = path(shape);
    layers.shapes.selectAll(".land").data(countries).join("path").attr("class", "land").attr("d", (shape) => shape.line);
    layers.divisions = layers.shapes.selectAll(".division").data(divisions).join("path").attr("class", "division").attr("d", (shape) => shape.line);
    layers.shapes.selectAll(".border").data(countries).join("path").attr("class", "border").attr("d", (shape) => shape.line);
    for (const shape of [...countries, ...divisions]) {
      shape.bounds = path.bounds(shape);
      shape.middle = null;
      // Names are only ever drawn near where the map opens; the far side of the world needs none.
      const [[left, top], [right, bottom]] = shape.bounds;
      if (right < -width || left > 2 * width || bottom < -height || top > 2 * height) continue;
      // The largest part carries the name: an archipelago's middle is often in the sea.
      const parts = shape.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
      const largest = parts.length > 1 ? parts.reduce((a, b) => (path.area(a) >= path.area(b) ? a : b)) : parts[0];
      shape.middle = path.centroid(largest);
      const bounds = path.bounds(largest);
      shape.wide = bounds[1][0] - bounds[0][0];
      shape.high = bounds[1][1] - bounds[0][1];
    }
  }

  function drawSymbols() {
    layers.symbols.selectAll("g").data(groups, (d) => d.point.join()).join("g")
      .order()
      .selectAll("path").data((d) => d.nodes, (node) => node.event.id).join("path")
      .attr("class", (node) => `symbol k${node.event.colour} ${node.event.precision}`)
      .attr("fill", null)
      .attr("transform", (node) => `translate(${node.x.toFixed(2)},${node.y.toFixed(2)})`)
      .attr("d", (node) => outlineOf(node.r, node.event.deaths === null))
      .each(function (node) {
        if (node.event.precision === "admin1") this.style.setProperty("fill", `url("#hatch-${node.event.colour}")`);
      });
    mark();
  }

  function place() {
    layers.shapes.attr("transform", transform);
    for (const item of groups) {
      const at = projection(item.point);
      item.at = at ? transform.apply(at) : [-999, -999];
    }
    layers.symbols.selectAll("g").attr("transform", (d) => `translate(${d.at[0].toFixed(1)},${d.at[1].toFixed(1)})${crowd < 1 ? ` scale(${crowd})` : ""}`);
  }

  /** How much smaller symbols are drawn where hundreds are in view at once; they grow as the reader comes closer. */
  function settle() {
    const ink = groups.filter((g) => inside(g.at)).reduce((sum, g) => sum + Math.PI * g.r * g.r, 0);
    // Symbols may cover a sixth of the map: more hides the country, and which are many can no longer be seen.
    const wanted = Math.max(0.3, Math.min(1, Math.sqrt((width * height) / 6 / Math.max(1, ink))));
    if (Math.abs(wanted - crowd) > 0.02) { crowd = wanted; place(); drawKey(); }
    drawLabels();
    drawScale();
  }

  /** Names, the most telling first; a name that would cross one already there is left out. */
  function drawLabels() {
    const taken = [], chosenLabels = [];
    const phone = width < 480;
    const bigGroups = groups.filter((g) => g.r * crowd > 9 && inside(g.at)).map((g) => ({ at: g.at, r: g.r * crowd }));
    function offer(text, kind, x, y, size, anchor) {
      if (!text) return false;
      const w = text.length * size * 0.56 + 4;
      const left = anchor === "middle" ? x - w / 2 : x;
      const box = [left, y - size, left + w, y + size * 0.35];
      if (box[0] < 2 || box[2] > width - 2 || box[1] < 2 || box[3] > height - 2) return false;
      if (box[2] > width - 150 && box[1] < 46) return false; // the buttons
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) return false;
      if (kind !== "" && bigGroups.some((g) => box[0] < g.at[0] + g.r && g.at[0] - g.r < box[2] && box[1] < g.at[1] + g.r && g.at[1] - g.r < box[3])) return false;
      taken.push(box);
      chosenLabels.push({ text, kind, x, y, size });
      return true;
    }
    const ranked = groups.filter((g) => inside(g.at)).sort((a, b) => b.deaths - a.deaths || b.nodes.length - a.nodes.length);
    for (const item of ranked.slice(0, phone ? 10 : 22)) {
      // What is known only to a province has no name to show at its middle: the province has its own.
      const named = d3.rollup(item.nodes.filter((node) => node.event.precision !== "admin1" && node.event.location), (n) => n.length, (node) => node.event.location);
      if (!named.size) continue;
      const [name] = [...named].reduce((a, b) => (b[1] > a[1] ? b : a));
      // An Arabic or Hebrew name is drawn leftwards from its anchor; `dir` on the element keeps it in place.
      if (!offer(name, "", item.at[0] + item.r * crowd + 4, item.at[1] + 4, 11.5, "start")) offer(name, "", item.at[0] - item.r * crowd - 4 - name.length * 6.4, item.at[1] + 4, 11.5, "start");
    }
    const named = (shapes, kind, size, most) => {
      let used = 0;
      for (const shape of shapes) {
        if (used >= most || !shape.middle || !Number.isFinite(shape.middle[0])) continue;
        const room = shape.wide * transform.k;
        if (room < shape.properties.name.length * size * 0.6 || shape.high * transform.k < size * 1.6) continue;
        const at = transform.apply(shape.middle);
        const spots = [[0, 0], [0, -22], [0, 24], [0, -44], [0, 46]].filter(([, dy]) => Math.abs(dy) < (shape.high * transform.k) / 3 || dy === 0);
        if (inside(at) && spots.some(([dx, dy]) => offer(shape.properties.name, kind, at[0] + dx, at[1] + dy, size, "middle"))) used += 1;
      }
    };
    named(countries, "country", 12, 14);
    if (transform.k * projection.scale() > 1400) named(divisions, "division-name", 12, phone ? 10 : 24);
    layers.labels.selectAll("text").data(chosenLabels).join("text")
      .attr("class", (d) => `label ${d.kind}`).attr("x", (d) => d.x).attr("y", (d) => d.y)
      .attr("text-anchor", (d) => (d.kind ? "middle" : rightToLeft(d.text) ? "end" : "start"))
      .attr("direction", (d) => (rightToLeft(d.text) ? "rtl" : "ltr"))
      .text((d) => d.text);
  }

  const rightToLeft = (text) => /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u.test(text);
  const inside = ([x, y]) => x > 0 && y > 0 && x < width && y < height;

  function drawScale() {
    const y = height - 16, at = (x) => projection.invert(transform.invert([x, y]));
    const a = at(width / 2 - 50), b = at(width / 2 + 50);
    layers.scale.selectAll("*").remove();
    if (!a || !b || projection.scale() * transform.k < 600) return; // on a world map a bar would be wrong almost everywhere
    const perPixel = (d3.geoDistance(a, b) * 6371) / 100;
    if (!Number.isFinite(perPixel) || perPixel <= 0) return;
    const most = perPixel * 110, power = 10 ** Math.floor(Math.log10(most));
    const km = [5, 2, 1].map((m) => m * power).find((n) => n <= most);
    layers.scale.append("line").attr("x1", 12).attr("x2", 12 + km / perPixel).attr("y1", y).attr("y2", y);
    layers.scale.append("text").attr("x", 12).attr("y", y - 5).text(say("map.km", { n: km }));
  }

  // --- looking around ---
  const zoom = d3.zoom().scaleExtent([0.7, 60]) // boundaries may end not far outside what is shown at first
    .filter((event) => {
      if (event.type === "wheel") {
        const wanted = event.ctrlKey || event.metaKey;
        if (!wanted) hint();
        return wanted;
      }
      if (event.type.startsWith("touch")) return event.touches.length > 1;
      return !event.button;
    })
    .on("zoom", (event) => {
      const scaled = event.transform.k !== transform.k;
      transform = event.transform;
      place();
      layers.labels.attr("visibility", "hidden");
      if (scaled) drawScale();
      hideTip();
      clearTimeout(zoom.rest);
      zoom.rest = setTimeout(() => { layers.labels.attr("visibility", null); settle(); }, 90);
    });

  function hint() {
    const note = document.getElementById("map-hint");
    note.hidden = false;
    clearTimeout(hint.rest);
    hint.rest = setTimeout(() => { note.hidden = true; }, 1400);
  }

  function nearest(x, y) {
    let best = null, closest = HIT;
    for (const item of groups) {
      const reach = item.r * crowd + HIT;
      if (Math.abs(item.at[0] - x) > reach || Math.abs(item.at[1] - y) > reach) continue;
      for (const node of item.nodes) {
        const away = Math.hypot(item.at[0] + node.x * crowd - x, item.at[1] + node.y * crowd - y) - node.r * crowd;
        if (away < closest) { closest = away; best = { node, item }; }
      }
    }
    return best;
  }

  function showTip({ node, item }) {
    const { event } = node;
    tip.replaceChildren(
      h("strong", {}, Words.bdi(event.location || event.admin1 || event.country || say("place_unknown"))),
      h("span", {}, Words.bdi(event.sub_event_type || event.event_type || say("no_type"))),
      h("span", {}, Words.days(event)),
      h("span", {}, event.counts.deaths ? say("event.deaths", { n: event.counts.deaths.text }) : say("event.toll_unknown")),
      event.precision === "precise" ? "" : h("span", {}, say(event.precision === "near" ? "map.near" : "map.admin1")));
    tip.hidden = false;
    const x = item.at[0] + node.x * crowd, y = item.at[1] + node.y * crowd, room = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(width - room.width - 4, x + node.r + 10 + room.width > width ? x - node.r - 10 - room.width : x + node.r + 10))}px`;
    tip.style.top = `${Math.max(4, Math.min(height - room.height - 4, y - room.height / 2))}px`;
  }
  function hideTip() { tip.hidden = true; }

  svg.on("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    const [x, y] = d3.pointer(event, svg.node());
    const found = nearest(x, y);
    svg.style("cursor", found ? "pointer" : null);
    if (found) showTip(found); else hideTip();
  }).on("pointerleave", hideTip)
    .on("click", (event) => {
      const found = nearest(...d3.pointer(event, svg.node()));
      if (found) { showTip(found); onChoose(found.node.event); } else hideTip();
    })
    .on("keydown", (event) => {
      const step = 60 / transform.k;
      const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (moves[event.key]) zoom.translateBy(svg, ...moves[event.key]);
      else if (event.key === "+" || event.key === "=") zoom.scaleBy(svg, 1.5);
      else if (event.key === "-") zoom.scaleBy(svg, 1 / 1.5);
      else if (event.key === "0") zoom.transform(svg, d3.zoomIdentity);
      else return;
      event.preventDefault();
    });
  svg.call(zoom).on("dblclick.zoom", null);
  document.getElementById("zoom-in").addEventListener("click", () => zoom.scaleBy(svg, 1.7));
  document.getElementById("zoom-out").addEventListener("click", () => zoom.scaleBy(svg, 1 / 1.7));
  document.getElementById("zoom-reset").addEventListener("click", () => zoom.transform(svg, d3.zoomIdentity));

  /** Show which event is open; one known only to a province lights up the province. */
  function mark() {
    layers.symbols.selectAll("path").classed("chosen", (node) => node.event === chosen);
    const point = chosen && chosen.placed && chosen.precision === "admin1" ? [chosen.longitude, chosen.latitude] : null;
    layers.divisions?.classed("chosen", (shape) => {
      if (!point) return false;
      const [x, y] = projection(point);
      const [[x0, y0], [x1, y1]] = shape.bounds;
      return x >= x0 && x <= x1 && y >= y0 && y <= y1 && d3.geoContains(shape, point);
    });
  }

  function resize() {
    const box = frame.getBoundingClientRect();
    if (box.width < 40 || (Math.abs(box.width - 2 - width) < 1 && Math.abs(box.height - 2 - height) < 1)) return;
    width = box.width - 2;
    height = box.height - 2;
    svg.attr("viewBox", `0 0 ${width} ${height}`);
    area.domain([0, Math.max(25, mostDeaths)]).range([0, width < 480 ? 17 : 24]);
    zoom.extent([[0, 0], [width, height]]).translateExtent([[-width * 0.3, -height * 0.3], [width * 1.3, height * 1.3]]);
    fit();
    drawShapes();
    drawKey();
    draw(lastShown);
  }

  function drawKey() {
    const key = d3.select("#map-key");
    key.selectAll("span").remove();
    const entry = (text) => {
      const line = key.append("span");
      return [line.append("svg").attr("aria-hidden", "true"), () => line.append("span").text(text)];
    };
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter((n) => n <= Math.max(mostDeaths, 1));
    const sizes = [...new Set([steps[0], steps[Math.floor((steps.length - 1) / 2)], steps.at(-1)])];
    if (mostDeaths) {
      const r = sizes.map((n) => Math.max(SMALLEST, area(n)) * crowd);
      const line = key.append("span");
      sizes.forEach((n, i) => {
        const side = r[i] * 2 + 3;
        line.append("svg").attr("aria-hidden", "true").attr("width", side).attr("height", side)
          .append("path").attr("class", "symbol").attr("d", outlineOf(r[i], false)).attr("transform", `translate(${side / 2},${side / 2})`);
        line.append("span").text(Words.number(n));
      });
      line.append("span").text(say("map.killed"));
    }
    const drawn = (text, precision, unknown, fill) => {
      const [picture, finish] = entry(text);
      const path = picture.attr("width", 15).attr("height", 15).append("path").attr("class", `symbol ${precision}`)
        .attr("d", outlineOf(unknown ? 4.2 : 5.6, unknown)).attr("transform", "translate(7.5,7.5)");
      if (fill) path.node().style.setProperty("fill", fill);
      finish();
    };
    const has = (test) => placed.some(test);
    if (has((e) => e.deaths === null)) drawn(say("map.unknown_toll"), "", true);
    if (has((e) => e.precision !== "precise")) drawn(say("map.precise"), "", false);
    if (has((e) => e.precision === "near")) drawn(say("map.near"), "near", false);
    if (has((e) => e.precision === "admin1")) drawn(say("map.admin1"), "admin1", false, 'url("#hatch-key")');
  }

  function draw(events) {
    lastShown = events;
    groups = group(events);
    drawSymbols();
    place();
    settle();
    svg.attr("aria-label", say("map.label", { n: d3.max([0, groups.reduce((sum, g) => sum + g.nodes.length, 0)]) }));
  }

  new ResizeObserver(resize).observe(frame);

  return {
    draw,
    choose: (event) => { chosen = event; mark(); },
    /** Bring `event` into view if it is outside it. */
    reveal: (event) => {
      if (!event.placed) return;
      const at = transform.apply(projection([event.longitude, event.latitude]));
      if (!inside(at)) zoom.translateTo(svg, ...projection([event.longitude, event.latitude]));
    },
    whenChosen: (callback) => { onChoose = callback; },
    start: resize,
  };
})();
