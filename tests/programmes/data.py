"""What the rows' records are made of: days, times, codes, amounts that add up. Pure functions."""

import datetime

# The step with which everybody's records go to headquarters and back.
MEET = ("*", None, ["meet"])


def days(first, count):
    """`count` days in a row, as the records write them."""
    begin = datetime.date.fromisoformat(first)
    return [(begin + datetime.timedelta(days=n)).isoformat() for n in range(count)]


def months(first, count):
    """The same day of `count` months in a row."""
    year, month, day = map(int, first.split("-"))
    return ["%04d-%02d-%02d" % (year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1, day) for n in range(count)]


def at(day, clock="09:00"):
    return "%sT%s:00+08:00" % (day, clock)


def codes(prefix, count, width=3):
    return ["%s%0*d" % (prefix, width, n + 1) for n in range(count)]


def spread(total, count):
    """`count` amounts that add up to `total`, no two further apart than one, the larger ones first."""
    least, more = divmod(total, count)
    return [least + 1] * more + [least] * (count - more)


def dealt(rows, *laptops):
    """Rows given out to laptops in turn: {laptop: rows}."""
    return {laptop: rows[n::len(laptops)] for n, laptop in enumerate(laptops)}


def yuan(amount):
    """In fen, as the records keep it; from text, so that no float is ever in between."""
    whole, _, part = str(amount).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])
