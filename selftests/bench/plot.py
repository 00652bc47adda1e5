# SPDX-License-Identifier: GPL-2.0-or-later
"""Bars as an SVG picture without a background, for light and dark pages."""

WIDTH, LEFT, BARS = 720, 150, 430
COLOURS = {"pantun": "#2a8ca8", "pantun-natt": "#2a8ca8", "xfrm": "#d0603f",
           "xfrm-natt": "#d0603f", "wireguard": "#958b7d", "plain": "#958b7d"}
STYLE = """
text { font: 13px sans-serif; fill: #222; }
.title { font-weight: bold; }
.spread { stroke: #222; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; }
  .spread { stroke: #ddd; }
}
"""


class Drawing:
    """A picture that grows downwards."""

    def __init__(self):
        self.parts = []
        self.y = 20

    def text(self, x, words, kind=""):
        """Words at the current line."""
        self.parts.append(f'<text x="{x}" y="{self.y}" class="{kind}">{words}</text>')

    def bar(self, name, colour, one, scale, digits):
        """To the median, with a line over the middle half."""
        at = [LEFT + one[part] / scale * BARS for part in ("median", "low", "high")]
        self.text(10, name)
        self.parts.append(f'<rect x="{LEFT}" y="{self.y - 11}" width="{at[0] - LEFT:.1f}" '
                          f'height="13" fill="{colour}"/>')
        self.parts.append(f'<line x1="{at[1]:.1f}" x2="{at[2]:.1f}" y1="{self.y - 4.5}" '
                          f'y2="{self.y - 4.5}" class="spread"/>')
        self.text(LEFT + BARS + 15, f"{one['median']:,.{digits}f}")
        self.y += 18

    def group(self, title, bars, digits=0):
        """A title, and bars of one scale: (name, colour, summary)."""
        self.text(10, title, "title")
        self.y += 20
        scale = max(one["high"] for _, _, one in bars)
        for name, colour, one in bars:
            self.bar(name, colour, one, scale, digits)
        self.y += 14

    def document(self):
        """The file's text."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.y}" '
                f'viewBox="0 0 {WIDTH} {self.y}"><style>{STYLE}</style>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def draw(result, titles, growths):
    """All figures of report.py's result."""
    drawing = Drawing()
    for figure, parts in result["figures"].items():
        drawing.group(titles[figure], [(name, COLOURS[name], one)
                                       for name, one in parts["variants"].items()],
                      2 if figure == "tcp" else 0)
    for figure, use in growths.items():
        for what, kinds in result[figure].items():
            for kind, counts in kinds.items():
                drawing.group(f"time added to a packet by the number of {what}, {use}, ns: {kind}",
                              [(f"{count:,d}", COLOURS[kind], one["time"])
                               for count, one in counts.items()])
    return drawing.document()
