"""Computes again with SciPy and NumPy what botnia computed of made-up figures.

    python check_methods.py CASES

CASES has a JSON object per line: the name of a method, its input and its output. Prints one
line per difference of more than 1e-9 of a number (relative above 1) and exits with 1 if
there is any; otherwise it prints how many cases of each method agree.

Nothing here is taken from botnia: intervals are those of scipy.stats.binomtest and of
quantiles of χ², lines those of numpy.polyfit, denominators are tried out one by one.
"""

import collections
import json
import math
import sys

import numpy
from scipy import stats

Z = stats.norm.ppf(0.975)


def wilson(case):
    interval = stats.binomtest(case["count"], case["of"]).proportion_ci(0.95, "wilson")
    return [interval.low, interval.high]


def byar(case):
    """Breslow & Day 1987, as the R package PHEindicatormethods documents it."""
    x = case["count"]
    return [
        x * (1 - 1 / (9 * x) - Z / (3 * x**0.5)) ** 3,
        (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * (x + 1) ** 0.5)) ** 3,
    ]


def exact(case):
    x = case["count"]
    low = stats.chi2.ppf(0.025, 2 * x) / 2 if x else 0.0
    return [low, stats.chi2.ppf(0.975, 2 * x + 2) / 2]


def share(case):
    """The widest of the intervals of all denominators that give the published share."""
    value, count, half = case["value"], case["count"], case["half_unit"]
    if value - half <= 0:
        return None
    start = max(count, math.floor(100 * count / (value + half)) - 2)
    denominators = numpy.arange(start, math.ceil(100 * count / (value - half)) + 3)
    off = numpy.abs(100 * count / denominators - value)
    denominators = denominators[off <= half + 1e-10 * value]
    if not denominators.size or denominators[-1] > 1.2 * denominators[0]:
        return None
    tried = numpy.unique(denominators[:: max(1, denominators.size // 5)])
    tried = {int(one) for one in (*tried, denominators[0], denominators[-1])}
    limits = [wilson({"count": count, "of": of}) for of in tried]
    return [100 * min(low for low, _ in limits), 100 * max(high for _, high in limits)]


def rate(case):
    value, count, half = case["value"], case["count"], case["half_unit"]
    if value - half <= 0 or value + half > 1.2 * (value - half):
        return None
    low, high = (byar if count >= 10 else exact)({"count": count})
    return [(value - half) / count * low, (value + half) / count * high]


def trend(case):
    """The trend marker of Fingertips."""
    values = numpy.array(case["values"])
    errors = (numpy.array(case["high"]) - numpy.array(case["low"])) / 3.92
    years = numpy.arange(1, 6)
    (slope, _), covariance = numpy.polyfit(years, values, 1, w=1 / errors, cov="unscaled")
    chi_squared = slope**2 / covariance[0, 0]
    threshold = stats.chi2.ppf(0.998, 1)
    kept = [numpy.arange(5) != out for out in range(5)]
    slopes = [numpy.polyfit(years[k], values[k], 1, w=1 / errors[k])[0] for k in kept]
    if min(map(abs, slopes)) < 1e-9 or abs(chi_squared / threshold - 1) < 1e-9:
        return case["output"]  # On the edge, the last bit decides.
    if chi_squared > threshold and all((one > 0) == (slope > 0) for one in slopes):
        return "increasing" if slope > 0 else "decreasing"
    return "no_change"


def beside(case):
    if case["low"] <= case["other"] <= case["high"]:
        return "similar"
    is_higher = case["other"] < case["low"]
    if case["polarity"] == "none":
        return "higher" if is_higher else "lower"
    return "better" if is_higher == (case["polarity"] == "higher_is_better") else "worse"


def since(case):
    (low, high), (earlier_low, earlier_high) = case["own"], case["earlier"]
    if max(low, earlier_low) <= min(high, earlier_high):
        return "similar"
    other = earlier_high if earlier_high < low else earlier_low
    return beside({"low": low, "high": high, "other": other, "polarity": case["polarity"]})


def nearest(case):
    figures = numpy.array(case["figures"])
    weights = numpy.array(case["weights"])
    standardised = stats.zscore(figures, axis=1)
    squares = (standardised - standardised[:, [case["own"]]]) ** 2
    distances = numpy.sqrt(numpy.average(squares, axis=0, weights=weights))
    others = [one for one in range(figures.shape[1]) if one != case["own"]]
    return sorted(distances[others])[: case["most"]]


METHODS = {
    function.__name__: function
    for function in (wilson, byar, exact, share, rate, trend, beside, since, nearest)
}


def agree(found, expected):
    if isinstance(expected, (list, tuple)):
        same_length = isinstance(found, list) and len(found) == len(expected)
        return same_length and all(map(agree, found, expected))
    if expected is None or isinstance(expected, str):
        return found == expected
    return found is not None and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def main(path):
    agreeing = collections.Counter()
    differing = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            expected = METHODS[case["method"]](case)
            if agree(case["output"], expected):
                agreeing[case["method"]] += 1
            else:
                differing += 1
                print(f"{line.strip()}: computed again it is {expected}")
    for method in METHODS:
        if not agreeing[method]:
            differing += 1
            print(f"no case of {method} agrees")
    if not differing:
        print(", ".join(f"{method} {number}" for method, number in agreeing.items()))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
