// Words, numbers and days as the reader's language writes them. Everything shown comes through `h` as text.
const Words = (() => {
  const catalogue = JSON.parse(document.getElementById("words").textContent);
  const plural = new Intl.PluralRules(catalogue.locale);
  const number = new Intl.NumberFormat(catalogue.locale);
  const dayFormat = new Intl.DateTimeFormat(catalogue.locale, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
  const shortFormat = new Intl.DateTimeFormat(catalogue.locale, { timeZone: "UTC", day: "numeric", month: "short" });
  const monthFormat = new Intl.DateTimeFormat(catalogue.locale, { timeZone: "UTC", month: "short", year: "numeric" });
  const monthOnly = new Intl.DateTimeFormat(catalogue.locale, { timeZone: "UTC", month: "short" });

  const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

  /** The catalogue's words for `key`, with {values} put in; `n` chooses the plural. Names are isolated, as they may run right to left. */
  function say(key, values = {}) {
    let text = catalogue[key];
    if (text && typeof text === "object") text = text[plural.select(values.n)] ?? text.other;
    return String(text ?? key).replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (typeof value === "number") return number.format(value);
      return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : String(value);
    });
  }

  /** The word for `value` in the small list `key`; the value itself, spaces for underscores, where the list lacks it. */
  function term(key, value) {
    const list = catalogue[key] || {};
    return Object.hasOwn(list, value) ? list[value] : String(value).replaceAll("_", " ");
  }

  /** A day or a range of days, no more precise than it is known. */
  function days(event) {
    if (event.start === null) return say("date_unknown");
    const { start, end } = event;
    const from = new Date(start), to = new Date(end);
    if (start === end) return dayFormat.format(from);
    const wholeMonth = from.getUTCDate() === 1 && new Date(end + 864e5).getUTCDate() === 1;
    if (wholeMonth) {
      const sameMonth = from.getUTCMonth() === to.getUTCMonth() && from.getUTCFullYear() === to.getUTCFullYear();
      if (sameMonth) return monthFormat.format(from);
      if (from.getUTCMonth() === 0 && to.getUTCMonth() === 11) {
        return from.getUTCFullYear() === to.getUTCFullYear() ? String(from.getUTCFullYear()) : `${from.getUTCFullYear()}–${to.getUTCFullYear()}`;
      }
      return `${monthFormat.format(from)} – ${monthFormat.format(to)}`;
    }
    return dayFormat.formatRange ? dayFormat.formatRange(from, to) : `${dayFormat.format(from)} – ${dayFormat.format(to)}`;
  }

  /** An element. Attributes are set as attributes, `on…` as listeners; children are elements or text, never HTML. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  /** `text` from data, in its own direction. */
  const bdi = (text) => (text ? h("bdi", {}, text) : null);

  return {
    say, term, days, h, bdi,
    number: (n) => number.format(n),
    day: (ms) => dayFormat.format(new Date(ms)),
    shortDay: (ms) => shortFormat.format(new Date(ms)),
    month: (ms) => monthFormat.format(new Date(ms)),
    monthOnly: (ms) => monthOnly.format(new Date(ms)),
    list: (key) => catalogue[key],
  };
})();
