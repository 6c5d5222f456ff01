"""Pictures of the bank's pages: what may name a person is covered, unless all data are synthetic.

Where data may be real, a picture keeps what the evidence keeps of a page, its outline: headings, labels and the
words on buttons. Fields, pictures and all other text are covered, and so is a heading or a label that holds a
digit or a known secret. Covers lie over the page and are taken away again; the page's own nodes stay as they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error, Page

_TALLEST = 4000
_ATTEMPTS = 3
_SECONDS = 15.0

# every text that is shown, with whether its place is one of the outline; and everything to cover in any case
_COLLECT = """() => {
  const outline = 'button,[role="button"],label,legend,h1,h2,h3';
  const filled = 'input,textarea,select,[contenteditable],img,picture,svg,canvas,video,iframe,object,embed';
  const places = [], texts = [];
  const walk = root => {
    for (const node of root.querySelectorAll('*')) {
      if (node.shadowRoot) { walk(node.shadowRoot); }
      if (node.matches(filled)) {
        const words = node.matches('input[type="submit"],input[type="button"]') ? node.value : null;
        places.push(node);
        texts.push({text: words || '', kept: words !== null || ['checkbox', 'radio'].includes(node.type)});
        continue;
      }
      const kept = node.closest(outline) !== null;
      for (const style of ['::before', '::after']) {
        const words = getComputedStyle(node, style).content;
        if (words.length > 4 && words.startsWith('"')) { places.push(node); texts.push({text: words, kept: kept}); }
      }
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE && child.data.trim()) {
          places.push(child);
          texts.push({text: kept ? node.closest(outline).textContent : child.data, kept: kept});
        }
      }
    }
  };
  walk(document);
  return {places, texts};
}"""

_COVER = """({places}, chosen) => {
  const layer = document.createElement('div');
  layer.style.cssText = 'all:initial;position:absolute;left:0;top:0;z-index:2147483647';
  for (const at of chosen) {
    let rects;
    if (places[at].nodeType === Node.TEXT_NODE) {
      const range = document.createRange();
      range.selectNodeContents(places[at]);
      rects = range.getClientRects();
    } else {
      rects = places[at].getClientRects();
    }
    for (const rect of rects) {
      const cover = document.createElement('div');
      cover.style.cssText = 'all:initial;position:absolute;background:#6b7280;border-radius:2px';
      cover.style.left = `${rect.left + scrollX - 2}px`;
      cover.style.top = `${rect.top + scrollY - 2}px`;
      cover.style.width = `${rect.width + 4}px`;
      cover.style.height = `${rect.height + 4}px`;
      layer.append(cover);
    }
  }
  document.documentElement.append(layer);
  return layer;
}"""


@dataclass(frozen=True)
class Camera:
    """Takes pictures of pages.

    Args:
        synthetic: whether the profile says that all data are synthetic, so that nothing need be covered.
        mask: takes known secrets out of a text.
    """

    synthetic: bool
    mask: Callable[[str], str]

    async def take(self, page: Page) -> bytes | None:
        """A picture as PNG; None where the page cannot be pictured, or not without what must be covered."""
        with contextlib.suppress(Error, TimeoutError):
            return await asyncio.wait_for(
                self._plain(page) if self.synthetic else self._covered(page), _SECONDS
            )
        return None

    async def _plain(self, page: Page) -> bytes:
        height = await page.evaluate("() => document.documentElement.scrollHeight")
        picture: bytes = await page.screenshot(
            type="png",
            full_page=height <= _TALLEST,
            animations="disabled",
            caret="hide",
            timeout=_SECONDS * 1000,
        )
        return picture

    async def _covered(self, page: Page) -> bytes | None:
        """Covered, and taken again where the page has changed meanwhile: what came since is not covered."""
        for _ in range(_ATTEMPTS):
            found = await page.evaluate_handle(_COLLECT)
            texts = await found.evaluate("found => found.texts")
            chosen = [at for at, text in enumerate(texts) if self._tells(text)]
            layer = await page.evaluate_handle(
                f"([found, chosen]) => ({_COVER})(found, chosen)", [found, chosen]
            )
            try:
                picture = await self._plain(page)
            finally:
                await layer.evaluate("layer => layer.remove()")
            again = await page.evaluate_handle(_COLLECT)
            if await again.evaluate("found => found.texts") == texts:
                return picture
        return None

    def _tells(self, text: dict[str, Any]) -> bool:
        """Whether a text may name a person or an account."""
        words = str(text["text"])
        return not text["kept"] or re.search(r"[0-9@]", words) is not None or self.mask(words) != words
