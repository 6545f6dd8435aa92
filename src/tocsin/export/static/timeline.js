// The timeline: bars of events by type, and thin lines for those dated only to a range. Dragging chooses a period.
const Timeline = (() => {
  const { say } = Words;
  const svg = d3.select("#timeline");
  const { DAY } = Data;
  const UNITS = [
    { name: "day", step: d3.utcDay, most: 75 },
    { name: "week", step: d3.utcMonday, most: 130 },
    { name: "month", step: d3.utcMonth, most: 240 },
    { name: "year", step: d3.utcYear, most: Infinity },
  ];
  const LANES = 7, LANE = 5; // px a lane; more ranges than lanes are said in words
  const margin = { top: 8, right: 2, bottom: 20, left: 30 };

  let width = 0, x = null, unit = UNITS[0], onPeriod = () => {}, last = null;
  const layers = {
    axis: svg.append("g").attr("class", "axis").attr("aria-hidden", "true"),
    bars: svg.append("g"),
    ranges: svg.append("g"),
    brush: svg.append("g"),
  };
  const brush = d3.brushX().on("end", (event) => {
    if (!event.sourceEvent || !x) return;
    if (!event.selection) { onPeriod(null, null); return; }
    const [from, to] = event.selection.map((px) => x.invert(px));
    const first = unit.step.floor(from), after = unit.step.ceil(to);
    onPeriod(+first, +after - DAY);
  });

  /** `all` match every filter but time; `state` has the period. */
  function draw(all, state) {
    last = [all, state];
    width = svg.node().getBoundingClientRect().width;
    const height = svg.node().getBoundingClientRect().height;
    if (!width) return;
    svg.attr("viewBox", `0 0 ${width} ${height}`);
    const dated = all.filter((event) => event.start !== null);
    for (const layer of Object.values(layers)) layer.selectAll("*").remove();
    const note = document.getElementById("timeline-note");
    svg.attr("hidden", dated.length ? null : true);
    if (!dated.length) {
      note.textContent = say("timeline.none");
      svg.attr("aria-label", say("timeline.none"));
      x = null;
      return;
    }
    const first = d3.min(dated, (event) => event.start), lastDay = d3.max(dated, (event) => event.end);
    unit = UNITS.find((u) => u.step.count(new Date(first), new Date(lastDay)) < u.most);
    let from = unit.step.floor(new Date(first)), to = unit.step.offset(unit.step.floor(new Date(lastDay)), 1);
    // One day alone would be one bar as wide as the page; a fortnight around it gives it its measure.
    const few = { day: 14, week: 8, month: 6, year: 4 }[unit.name] - unit.step.count(from, to);
    if (few > 0) { from = unit.step.offset(from, -Math.ceil(few / 2)); to = unit.step.offset(to, Math.floor(few / 2)); }

    const inOneBin = (event) => event.time_precision === 1 || +unit.step.floor(new Date(event.start)) === +unit.step.floor(new Date(event.end));
    const single = dated.filter(inOneBin), stretched = dated.filter((event) => !inOneBin(event)).sort((a, b) => a.start - b.start || b.end - a.end);
    const lanes = layOut(stretched);
    const stripHeight = lanes.used ? lanes.used * LANE + 8 : 0;
    const base = height - margin.bottom - stripHeight;
    x = d3.scaleUtc([from, to], [margin.left, width - margin.right]);

    const bins = d3.rollup(single, (events) => d3.rollup(events, (e) => e.length, (e) => e.event_type), (e) => +unit.step.floor(new Date(e.start)));
    const most = d3.max(bins.values(), (types) => d3.sum(types.values())) || 1;
    const y = d3.scaleLinear([0, Math.max(3, most)], [base, margin.top]);

    for (const tick of y.ticks(3).filter(Number.isInteger)) {
      layers.axis.append("line").attr("class", tick ? "" : "base").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(tick)).attr("y2", y(tick));
      layers.axis.append("text").attr("x", margin.left - 6).attr("y", y(tick) + 4).attr("text-anchor", "end").text(Words.number(tick));
    }
    for (const tick of ticks()) {
      layers.axis.append("line").attr("class", "base").attr("x1", x(tick.at)).attr("x2", x(tick.at)).attr("y1", base).attr("y2", base + 4);
      layers.axis.append("text").attr("x", Math.min(Math.max(x(tick.at), margin.left + 10), width - 24)).attr("y", height - 4).attr("text-anchor", "middle").text(tick.text);
    }
    for (const [start, types] of bins) {
      const x0 = x(start), wide = x(unit.step.offset(new Date(start), 1)) - x0;
      const bar = Math.max(1, Math.min(26, wide - (wide > 5 ? 1.5 : 0)));
      let floor = base;
      for (const [type, colour] of Data.types) {
        const n = types.get(type);
        if (!n) continue;
        const top = floor - (base - y(n));
        layers.bars.append("rect").attr("class", `stack k${colour}`).attr("x", (x0 + (wide - bar) / 2).toFixed(2)).attr("width", bar.toFixed(2))
          .attr("y", top.toFixed(2)).attr("height", Math.max(0.5, floor - top - (floor - top > 3 ? 0.7 : 0)).toFixed(2));
        floor = top;
      }
    }
    for (const { event, lane } of lanes.placed) {
      const at = base + 9 + lane * LANE, x0 = x(event.start), x1 = Math.max(x0 + 3, x(event.end + DAY));
      layers.ranges.append("line").attr("class", `stretch k${event.colour}`).attr("x1", x0).attr("x2", x1).attr("y1", at).attr("y2", at);
    }

    note.textContent = [say(`timeline.${unit.name}`), stretched.length ? say("timeline.ranges") + (lanes.left ? ` (${say("timeline.more_ranges", { n: lanes.left })})` : "") : "", say("timeline.hint")]
      .filter(Boolean).join(". ") + ".";
    svg.attr("aria-label", say("timeline.label", { n: dated.length, first: Words.day(first), last: Words.day(lastDay), unit: say(`timeline.${unit.name}`) }));

    brush.extent([[margin.left, margin.top - 4], [width - margin.right, height - margin.bottom + 2]]);
    layers.brush.call(brush);
    const period = state.from !== null || state.to !== null
      ? [x(Math.max(+from, state.from ?? +from)), x(Math.min(+to, (state.to ?? +to) + DAY))] : null;
    layers.brush.call(brush.move, period && period[1] > period[0] ? period : null);
  }

  function layOut(events) {
    const ends = [], placed = [];
    let left = 0;
    for (const event of events) {
      let lane = ends.findIndex((end) => end < event.start);
      if (lane < 0) lane = ends.length;
      if (lane >= LANES) { left += 1; continue; }
      ends[lane] = event.end + 2 * DAY;
      placed.push({ event, lane });
    }
    return { placed, left, used: ends.length };
  }

  function ticks() {
    const found = x.ticks(Math.max(2, Math.floor(width / 95)));
    const yearTold = found.some((at) => at.getUTCMonth() === 0 && at.getUTCDate() === 1);
    return found.map((at, i) => {
      if (unit.name === "year" || (at.getUTCMonth() === 0 && at.getUTCDate() === 1)) return { at, text: String(at.getUTCFullYear()) };
      const text = at.getUTCDate() === 1 && unit.name !== "day" ? Words.monthOnly(+at) : Words.shortDay(+at);
      return { at, text: i || yearTold ? text : `${text} ${at.getUTCFullYear()}` };
    });
  }

  new ResizeObserver(() => { if (last && Math.abs(svg.node().getBoundingClientRect().width - width) > 1) draw(...last); }).observe(svg.node().parentNode);

  return { draw, whenPeriod: (callback) => { onPeriod = callback; } };
})();
