// The parts of d3 that our pages use; `npm run build` bundles them into vendor/d3.min.js.
/*! d3 (d3-array, d3-brush, d3-geo, d3-hierarchy, d3-scale, d3-selection, d3-time, d3-zoom and what they need).
    Copyright 2010-2024 Mike Bostock. ISC licence: permission to use, copy, modify, and/or distribute this software
    for any purpose with or without fee is hereby granted, provided that the above copyright notice and this
    permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
    WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL
    THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER
    RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS
    ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE. */
export { ascending, extent, group, max, min, rollup, sum } from "d3-array";
export { brushX } from "d3-brush";
export { geoArea, geoContains, geoDistance, geoEqualEarth, geoMercator, geoPath } from "d3-geo";
export { packEnclose, packSiblings } from "d3-hierarchy";
export { scaleLinear, scaleSqrt, scaleUtc } from "d3-scale";
export { pointer, select, selectAll } from "d3-selection";
export { utcDay, utcMonday, utcMonth, utcYear } from "d3-time";
export { zoom, zoomIdentity } from "d3-zoom";
