"""Computes the statistics of a release's reporting table again, from its observations.

    python check_wellbeing.py published/releases/000007

Reads `observations`, `regions`, `peers` and `wellbeing` as published, and the reviewed sets
of the project for which events are independent. Computes interval, verdicts and trend of
every fifth region with SciPy and NumPy, the peers' median, the rest of the province where
there is one, and the distances of the nearest. Prints one line per difference (at most
twenty) and exits with 1 if there is any.
"""

import bisect
import collections
import functools
import pathlib
import statistics
import sys
import tomllib

import numpy
import pyarrow.parquet
from scipy import stats

Z = float(stats.norm.ppf(0.975))
THRESHOLD = stats.chi2.ppf(0.998, 1)
COMPARATORS = "province wellbeing_county country peers rest_of_province".split()
SETS = pathlib.Path(__file__).parents[2] / "config" / "sets"

problems = []


def differ(row, column, expected):
    found = row[column]
    if isinstance(expected, float) and isinstance(found, float):
        same = abs(found - expected) <= 1e-9 * max(1.0, abs(expected))
    else:
        same = found == expected
    if not same:
        where = f"{row['indicator_id']} {row['region_id']} {row['period']}"
        problems.append(f"{where}: {column} is {found}, computed again {expected}")


def decimals_of(value):
    text = repr(value)
    return 0 if text.endswith(".0") else len(text.partition(".")[2])


@functools.cache
def exact(count):
    low, high = stats.chi2.ppf([0.025, 0.975], [2 * count, 2 * count + 2]) / 2
    return float(low), float(high)


class Rule:
    """Of one indicator: the kind of interval, and half a unit of its last decimal."""

    def __init__(self, row, is_known, values):
        standardised = any(
            word in (row[f"title_{language}"] or "").lower()
            for language in ("fi", "sv", "en")
            for word in ("vakioi", "standardi")
        )
        known = row["value_kind"] in ("share", "rate") and is_known and not standardised
        self.kind = row["value_kind"] if known else None
        shown = max((decimals_of(value) for value in values), default=0)
        self.half = 0.5 / 10**shown if shown <= 6 else 0.0

    def interval(self, observation):
        value, count = observation["value"], observation["absolute_value"]
        if self.kind is None or observation["status"] == "projection" or value is None:
            return None, None, "none"
        if count is None or count < 1 or count % 1 or value <= self.half:
            return None, None, "none"
        if self.kind == "share":
            return self.share(value, count)
        if value + self.half > 1.2 * (value - self.half):
            return None, None, "none"
        if count >= 10:
            limits = (
                count * (1 - 1 / (9 * count) - Z / (3 * count**0.5)) ** 3,
                (count + 1) * (1 - 1 / (9 * (count + 1)) + Z / (3 * (count + 1) ** 0.5)) ** 3,
            )
            method = "byar_from_counts"
        else:
            limits = exact(count)
            method = "exact_from_counts"
        low, high = limits
        return (value - self.half) / count * low, (value + self.half) / count * high, method

    def share(self, value, count):
        possible = numpy.arange(
            max(count, numpy.floor(100 * count / (value + self.half)) - 1),
            numpy.ceil(100 * count / (value - self.half)) + 2,
        )
        possible = possible[abs(100 * count / possible - value) <= self.half + 1e-10 * value]
        if not possible.size or possible[-1] > 1.2 * possible[0]:
            return None, None, "none"
        share = count / possible
        middle = share + Z**2 / (2 * possible)
        reach = Z * numpy.sqrt(share * (1 - share) / possible + Z**2 / (4 * possible**2))
        scale = 1 + Z**2 / possible
        low, high = (middle - reach) / scale, (middle + reach) / scale
        return 100 * float(low.min()), 100 * float(high.max()), "wilson_reconstructed"


def verdict(direction, polarity):
    if not direction:
        return "similar"
    if polarity == "none":
        return "higher" if direction > 0 else "lower"
    return "better" if (direction > 0) == (polarity == "higher_is_better") else "worse"


def compared(row, comparator, interval, exists):
    if not exists:
        return "not_compared", "same_region"
    if row["value"] is None:
        return "not_compared", "no_value"
    if row["value_kind"] in ("count", "euro"):
        return "not_compared", "not_comparable"
    other = row[f"{comparator}_value"]
    if other is None:
        return "not_compared", "no_comparator"
    low, high, _ = interval
    if low is None:
        return "not_compared", "no_interval"
    return verdict((low > other) - (high < other), row["polarity"]), None


def changed(row, series, rule, interval):
    if row["value"] is None:
        return "not_compared", "no_value"
    earlier = [one for one in series if one["period"] < row["period"] and one["value"] is not None]
    earlier = [one for one in earlier if one["period"][4:] == row["period"][4:]]
    if not earlier:
        return "not_compared", "no_comparator"
    previous = earlier[-1]["period"]
    between = [one for one in series if previous < one["period"] <= row["period"]]
    if any(one["status"] == "break" for one in between):
        return "not_compared", "no_comparator"
    one, other = interval, rule.interval(earlier[-1])
    if one[0] is None or other[0] is None:
        return "not_compared", "no_interval"
    return verdict((one[0] > other[1]) - (one[1] < other[0]), row["polarity"]), None


def trend(row, series, rule):
    if row["value"] is None:
        return "not_calculated", "no_value"
    if row["value_kind"] in ("count", "euro"):
        return "not_calculated", "not_comparable"
    if rule.kind is None:
        return "not_calculated", "no_interval"
    years = [str(row["year"] - back) for back in range(4, -1, -1)]
    by_period = {one["period"]: one for one in series if one["value"] is not None}
    if any(year not in by_period for year in years):
        return "not_calculated", "too_few_years"
    five = [by_period[year] for year in years]
    if any(one["status"] == "break" for one in five[1:]):
        return "not_calculated", "break"
    intervals = [rule.interval(one) for one in five]
    everybody = rule.kind == "share" and any(one["value"] >= 100 for one in five)
    if everybody or any(low is None for low, _, _ in intervals):
        return "not_calculated", "no_interval"
    values = numpy.array([one["value"] for one in five])
    weights = 3.92 / numpy.array([high - low for low, high, _ in intervals])
    points = numpy.arange(1, 6)
    (slope, _), covariance = numpy.polyfit(points, values, 1, w=weights, cov="unscaled")
    rest = [numpy.arange(5) != out for out in range(5)]
    slopes = [numpy.polyfit(points[k], values[k], 1, w=weights[k])[0] for k in rest]
    if slope**2 / covariance[0, 0] <= THRESHOLD or any(one * slope < 0 for one in slopes):
        return "no_change", None
    return ("increasing" if slope > 0 else "decreasing"), None


def trend_verdict(word, polarity):
    if polarity == "none" or word not in ("increasing", "decreasing"):
        return word
    good = (word == "increasing") == (polarity == "higher_is_better")
    return "getting_better" if good else "getting_worse"


def rest_of_province(row, members, series_of):
    """The sum, or the combined ratio; none where a member says too little."""
    parts = []
    for member in members:
        same = [one for one in series_of(member) if one["period"] == row["period"]]
        if not same or same[0]["value"] is None:
            return None
        parts.append(same[0])
    if row["value_kind"] == "count":
        return sum(part["value"] for part in parts)
    if row["value_kind"] not in ("share", "rate"):
        return "not checked"
    if any(not part["absolute_value"] or part["value"] <= 0 for part in parts):
        return None
    counts = sum(part["absolute_value"] for part in parts)
    return counts / sum(part["absolute_value"] / part["value"] for part in parts)


def read(folder, name, columns=None, **how):
    return pyarrow.parquet.read_table(folder / f"{name}.parquet", columns=columns, **how)


def independent_events():
    known = {}
    for path in SETS.glob("*.toml"):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        for one in file["indicator"]:
            is_known = one.get("independent_events", True) and not one.get("projection", False)
            known[f"{file['source']}:{one['id']}"] = is_known
    return known


def check_distances(peers, observations, regions):
    """Those that the figures named in `basis` give."""
    nearest = [row for row in peers if row["method"] == "nearest"]
    if not nearest:
        return
    steps = {"rural": 0.0, "semi_urban": 1.0, "urban": 2.0}
    rows = [one for one in regions.values() if one["region_level"] == "municipality"]
    rows = [one for one in rows if one["valid_to"] is None and one["name_fi"]]
    codes = [one["region_id"] for one in rows]
    measures, weights = [], []
    for part in nearest[0]["basis"].split("; "):
        name, weight = part.rsplit(" ×", 1)
        weights.append(float(weight))
        if name == "urban_rural":
            measures.append([steps[one["urban_rural"]] for one in rows])
            continue
        logarithm = name.startswith("log ")
        indicator, year = name.removeprefix("log ").split(" ")
        values = {
            one["region_id"]: one["value"]
            for one in observations(indicator)
            if one["period"] == year and one["sex"] == "total"
        }
        column = [values[code] for code in codes]
        measures.append(numpy.log10(column) if logarithm else column)
    standardised = stats.zscore(numpy.array(measures, dtype=float), axis=1)
    place = {code: position for position, code in enumerate(codes)}
    groups = collections.defaultdict(list)
    for row in nearest:
        groups[row["region_id"]].append(row)
    for own, group in groups.items():
        squares = (standardised - standardised[:, [place[own]]]) ** 2
        distances = numpy.sqrt(numpy.average(squares, axis=0, weights=weights))
        aland = regions[own]["province_id"] == "MK21"
        others = [
            distances[place[code]]
            for code in codes
            if code != own and (regions[code]["province_id"] == "MK21") == aland
        ]
        expected = sorted(others)[:20]
        found = [row["distance"] for row in group]
        own_distances = [distances[place[row["peer_region_id"]]] for row in group]
        same = len(found) == len(expected) and numpy.allclose(
            [found, own_distances], [expected, expected], rtol=1e-9, atol=1e-9
        )
        if not same:
            problems.append(f"the nearest to {own} are {found}, computed again {expected}")


def main(folder):
    known = independent_events()
    regions = {row["region_id"]: row for row in read(folder, "regions").to_pylist()}
    peers = read(folder, "peers").to_pylist()
    peers_of = collections.defaultdict(list)
    for row in peers:
        peers_of[row["region_id"]].append(row["peer_region_id"])
    members = collections.defaultdict(list)
    for row in regions.values():
        if row["region_level"] == "municipality" and row["valid_to"] is None:
            members[row["province_id"]].append(row["region_id"])
            members[row["wellbeing_county_id"]].append(row["region_id"])
    columns = "indicator_id region_id period sex breakdown value absolute_value status origin"
    table = read(folder, "observations", columns.split())
    ids = table["indicator_id"].to_pylist()

    def observations(indicator):
        start, end = bisect.bisect_left(ids, indicator), bisect.bisect_right(ids, indicator)
        rows = table.slice(start, end - start).to_pylist()
        return [row for row in rows if row["breakdown"] is None]

    by_indicator = collections.defaultdict(list)
    for row in read(folder, "wellbeing").to_pylist():
        by_indicator[row["indicator_id"]].append(row)
    checked = collections.Counter()
    for indicator, rows in by_indicator.items():
        series = collections.defaultdict(list)
        for one in observations(indicator):
            if one["sex"] == rows[0]["sex"]:
                series[one["region_id"]].append(one)
        values = [
            one["value"]
            for all_of_region in series.values()
            for one in all_of_region
            if one["origin"] == "published" and one["value"] is not None
        ]
        rule = Rule(rows[0], known[indicator], values)
        for row in rows[::5]:
            check_row(row, rule, series, regions, members, peers_of)
            checked[row["interval_method"]] += 1
            checked[row["trend_verdict"]] += 1
    check_distances(peers, observations, regions)
    for problem in problems[:20]:
        print(problem)
    if not problems:
        print(dict(checked))
    return 1 if problems else 0


def check_row(row, rule, series, regions, members, peers_of):
    own = row["region_id"]
    place = regions[own] if own in regions else {}
    same = [one for one in series[own] if one["period"] == row["period"]]
    interval = rule.interval(same[0]) if same else (None, None, "none")
    for column, expected in zip(("interval_low", "interval_high", "interval_method"), interval):
        differ(row, column, expected)

    def parent(column):
        code = place.get(column)
        is_alone = row["region_level"] == "municipality" and len(members[code]) == 1
        return None if is_alone else code

    def value(region):
        found = [one["value"] for one in series[region] if one["period"] == row["period"]]
        return found[0] if found else None

    province = parent("province_id")
    exists = {
        "province": province is not None,
        "wellbeing_county": parent("wellbeing_county_id") is not None,
        "country": own != "SSS",
        "peers": bool(peers_of[own]),
        "rest_of_province": row["region_level"] == "municipality" and province is not None,
    }
    if row["value"] is not None:
        figures = [figure for peer in peers_of[own] if (figure := value(peer)) is not None]
        enough = figures and 2 * len(figures) >= len(peers_of[own])
        differ(row, "peers_value", statistics.median(figures) if enough else None)
        differ(row, "province_value", value(province) if province else None)
        differ(row, "country_value", value("SSS") if own != "SSS" else None)
        if row["rest_of_province_value"] is not None:
            others = [one for one in members[province] if one != own]
            rest = rest_of_province(row, others, lambda region: series[region])
            if rest != "not checked":
                differ(row, "rest_of_province_value", rest)
    for comparator in COMPARATORS:
        word, reason = compared(row, comparator, interval, exists[comparator])
        differ(row, f"{comparator}_verdict", word)
        differ(row, f"{comparator}_not_compared", reason)
    word, reason = changed(row, series[own], rule, interval)
    differ(row, "change_verdict", word)
    differ(row, "change_not_compared", reason)
    word, reason = trend(row, series[own], rule)
    differ(row, "trend", word)
    differ(row, "trend_verdict", trend_verdict(word, row["polarity"]))
    differ(row, "no_trend", reason)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
