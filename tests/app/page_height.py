"""About how much paper a printed page needs, from its style and words alone: no browser is part of the tests."""
import html
import math
import re

A4 = (210, 297)


def style_of(page):
    """Selector → property → value; a later rule of the same selector adds to it."""
    out = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", re.search(r"<style>(.*?)</style>", page, re.S).group(1)):
        rules = dict([part.strip() for part in line.split(":", 1)] for line in body.split(";") if line.strip())
        out.setdefault(selector.strip(), {}).update(rules)
    return out


def mm(value):
    number, unit = re.fullmatch(r"([0-9.]+)(mm|pt)?", value).groups()
    return float(number) * (25.4 / 72 if unit == "pt" else 1)


def room(style, side=1):
    """Between the margins of an A4 page: its height, or its width with side=0."""
    assert style["@page"]["size"] == "A4"
    return A4[side] - 2 * mm(style["@page"]["margin"])


def margins(rule):
    """Above and below, as the shorthand has them."""
    sides = rule.get("margin", "0").split()
    above, below = mm(sides[0]), mm(sides[2] if len(sides) > 2 else sides[0])
    return max(above, mm(rule.get("margin-top", "0"))) + below


def font_of(style, selector):
    """Size and line height in mm."""
    rule, body = style.get(selector, {}), style["body"]
    size, _, high = re.search(r"([0-9.]+pt)(/([0-9.]+))?", rule.get("font", body["font"])).groups()
    size = mm(rule.get("font-size", size))
    high = rule.get("line-height", high or re.search(r"pt/([0-9.]+)", body["font"]).group(1))
    return size, size * float(high)


def lines(text, size, width):
    """Of Chinese characters one wide, and others at most two thirds."""
    units = sum(1 if ord(c) > 0x2e7f else 0.65 for c in text)
    return max(1, math.ceil(units * size / width))


def text_height(style, selector, content, width):
    size, line = font_of(style, selector)
    words = html.unescape(re.sub(r"<[^>]*>", "", content)).strip("\n")
    return sum(lines(part, size, width) for part in words.split("\n")) * line


def height(page):
    """Of all blocks of a page that stand below one another."""
    style, body = style_of(page), re.search(r"<body>(.*)</body>", page, re.S).group(1)
    width, total = room(style, 0), 0.0
    for tag, kind, content in re.findall(r'<(h1|h2|p|pre)(?: class="([a-z]*)")?>(.*?)</\1>', body, re.S):
        total += text_height(style, tag, content, width) + margins({**style.get(tag, {}), **style.get("." + kind, {})})
    points = re.findall(r"<li>(.*?)</li>", body, re.S)
    if points:
        total += sum(text_height(style, "ol", point, width - mm(style["ol"]["padding-left"])) for point in points) + margins(style["ol"])
    return total + body.count("<svg") * (mm(style["svg"]["height"]) + margins(style["svg"]))
