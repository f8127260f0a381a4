package com.alphaheng.coordinator.page;

/// Checks of the whole page that run inside it; each gives a text that is empty when all is well.
final class PageAudit {
    /// Buttons, links, fields and canvases in sight that a screen reader could not name.
    static final String UNNAMED_CONTROLS = """
            [...document.querySelectorAll('button, a, input, select, canvas, [role=link], [tabindex="0"]')]
              .filter(e => e.getClientRects().length && e.getAttribute('aria-hidden') !== 'true')
              .filter(e => !(e.getAttribute('aria-label') || e.innerText?.trim() || e.labels?.length))
              .map(e => e.outerHTML.slice(0, 120)).join('\\n')
            """;

    /// Texts in sight whose contrast against their background is below 4.5 (WCAG 2.2, success criterion 1.4.3).
    static final String LOW_CONTRAST = """
            (() => {
              const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
              const over = (colors) => {
                canvas.clearRect(0, 0, 1, 1);
                for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
                return [...canvas.getImageData(0, 0, 1, 1).data];
              };
              const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
                .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const backgrounds = element => {
                const found = [];
                for (let e = element; e; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
                return found;
              };
              const bad = new Set();
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
                if (element.closest('svg, option, .visually-hidden')) continue;
                const behind = over(backgrounds(element));
                const ink = over([`rgb(${behind.slice(0, 3)})`, getComputedStyle(element).color]);
                const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
                const ratio = (light + 0.05) / (dark + 0.05);
                const where = `${element.className || element.tagName}: ${walker.currentNode.data.trim().slice(0, 30)}`;
                if (ratio < 4.5) bad.add(`${ratio.toFixed(2)} ${where}`);
              }
              return [...bad].join('\\n');
            })()
            """;

    private PageAudit() {
    }
}
