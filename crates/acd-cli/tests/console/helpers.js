// What tests ask of a page. It runs before the page's own scripts.
globalThis.acdTest = {
  /** Completes when the condition holds. */
  until(condition) {
    return new Promise((done) => {
      const holds = () => {
        try {
          return condition();
        } catch {
          return false;
        }
      };
      if (holds()) return done(true);
      const stop = () => {
        if (!holds()) return;
        observer.disconnect();
        clearInterval(timer);
        done(true);
      };
      const observer = new MutationObserver(stop);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      // For what no mutation tells: the value of a field, the focus.
      const timer = setInterval(stop, 100);
    });
  },

  /** Whether this is there, has a size and is not hidden. */
  seen(selector) {
    const element = document.querySelector(selector);
    return Boolean(element?.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length);
  },

  /** Where to press it. */
  middle(selector) {
    const element = document.querySelector(selector);
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  },

  /** Whether the stream has told all that is live, as it does when it opens. */
  streams() {
    if (!document.body.dataset.stream) return true;
    return this.heard.has("parts") && (this.heard.has("act") || !document.querySelector("table[data-live]"));
  },
  heard: new Set(),

  /** Whether the same thing of this kind has been the first for so long. */
  rests(selector, name, ms) {
    const value = document.querySelector(selector)?.dataset[name];
    if (value !== this.first?.value) this.first = { value, since: performance.now() };
    return value !== undefined && performance.now() - this.first.since > ms;
  },

  /** The wall clock at which the condition was first seen to hold and the screen had been painted with it. */
  painted(condition) {
    return this.until(condition).then(
      () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(Date.now())))),
    );
  },
};

globalThis.EventSource = class extends EventSource {
  constructor(address) {
    super(address);
    for (const kind of ["parts", "act"]) this.addEventListener(kind, () => acdTest.heard.add(kind));
  }
};
