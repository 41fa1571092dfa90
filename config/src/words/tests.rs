use std::collections::BTreeSet;

use botnia_model::{
    Comparator, IntervalMethod, Language, NoTrend, NotCompared, PeerMethod, Period, RegionLevel,
    Sex, Status, Trend, TrendVerdict, ValueKind, Verdict,
};

use super::*;
use crate::indicator_set::THEMES;

/// Checks what holds for every word, and that no two of a vocabulary read the same.
fn check<T: Copy>(all: &[T], word: impl Fn(Language, T) -> String) {
    for language in Language::ALL {
        let words: Vec<String> = all.iter().map(|one| word(language, *one)).collect();
        for word in &words {
            assert!(!word.is_empty());
            assert_eq!(word.trim(), word);
            assert!(!word.contains("  "), "{word}");
        }
        let distinct: BTreeSet<&String> = words.iter().collect();
        assert_eq!(distinct.len(), words.len(), "{language}: {words:?}");
    }
}

#[test]
fn every_vocabulary_has_a_word_of_its_own_for_everything() {
    let owned = str::to_owned;
    check(Verdict::ALL, |language, one| owned(verdict(language, one)));
    check(Verdict::ALL, |language, one| {
        owned(change_verdict(language, one))
    });
    check(NotCompared::ALL, |language, one| {
        owned(not_compared(language, one))
    });
    check(Trend::ALL, |language, one| owned(trend(language, one)));
    check(TrendVerdict::ALL, |language, one| {
        owned(trend_verdict(language, one))
    });
    check(NoTrend::ALL, |language, one| owned(no_trend(language, one)));
    check(IntervalMethod::ALL, |language, one| {
        owned(interval_method(language, one))
    });
    check(PeerMethod::ALL, |language, one| {
        owned(peer_method(language, one))
    });
    check(Status::ALL, |language, one| owned(status(language, one)));
    check(RegionLevel::ALL, |language, one| {
        owned(level(language, one))
    });
    check(RegionLevel::ALL, |language, one| {
        owned(level_plural(language, one))
    });
    check(Sex::ALL, |language, one| owned(sex(language, one)));
    check(ValueKind::ALL, |language, one| {
        owned(value_kind(language, one))
    });
    check(Comparator::ALL, |language, one| {
        owned(comparator(language, one))
    });
    check(Comparator::ALL, |language, one| {
        owned(comparator_in(language, one))
    });
    check(Comparator::ALL, |language, one| {
        owned(comparator_against(language, one))
    });
    for comparator in Comparator::ALL {
        check(Verdict::ALL, |language, one| {
            verdict_against(language, one, *comparator)
        });
    }
    let all: Vec<usize> = (0..THEMES.len()).collect();
    check(&all, |language, one| {
        owned(theme(language, THEMES[one]).expect("a heading for every theme"))
    });
    assert_eq!(theme(Language::Fi, "children_"), None);
}

#[test]
fn verdicts_read_as_part_of_a_sentence() {
    for (one, with, expected) in [
        (
            Verdict::Better,
            Comparator::Province,
            [
                "parempi kuin maakunnassa",
                "bättre än i landskapet",
                "better than in the region",
            ],
        ),
        (
            Verdict::Similar,
            Comparator::Country,
            [
                "ei selvää eroa koko maahan",
                "ingen tydlig skillnad jämfört med hela landet",
                "no clear difference from the whole country",
            ],
        ),
        (
            Verdict::Worse,
            Comparator::WellbeingCounty,
            [
                "heikompi kuin hyvinvointialueella",
                "sämre än i välfärdsområdet",
                "worse than in the wellbeing services county",
            ],
        ),
        (
            Verdict::Higher,
            Comparator::Peers,
            [
                "suurempi kuin verrokkialueilla",
                "högre än i referensområdena",
                "higher than in the peer areas",
            ],
        ),
        (
            Verdict::Lower,
            Comparator::RestOfProvince,
            [
                "pienempi kuin muualla maakunnassa",
                "lägre än i landskapet i övrigt",
                "lower than in the rest of the region",
            ],
        ),
        (
            Verdict::NotCompared,
            Comparator::WellbeingCounty,
            [
                "ei verrattu hyvinvointialueeseen",
                "inte jämförd med välfärdsområdet",
                "not compared with the wellbeing services county",
            ],
        ),
    ] {
        let read = Language::ALL.map(|language| verdict_against(language, one, with));
        assert_eq!(read, expected);
    }
}

#[test]
fn a_missing_value_has_a_sentence_and_a_value_has_none() {
    for one in Status::ALL {
        for language in Language::ALL {
            let sentence = missing_sentence(language, *one, RegionLevel::Municipality);
            assert_eq!(sentence.is_none(), one.has_value(), "{one}");
            if let Some(sentence) = sentence {
                assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
                assert!(sentence.ends_with('.'), "{sentence}");
            }
        }
    }
    let ended = |level| {
        Language::ALL
            .map(|language| missing_sentence(language, Status::SeriesEndedAtLevel, level).unwrap())
    };
    assert_eq!(
        ended(RegionLevel::Municipality),
        [
            "Lähde ei enää julkaise tätä tietoa kunnittain.",
            "Källan publicerar inte längre den här uppgiften efter kommun.",
            "The source no longer publishes this figure by municipality.",
        ]
    );
    assert_eq!(
        ended(RegionLevel::Custom)[0],
        "Lähde ei enää julkaise tätä tietoa tällä aluetasolla."
    );
}

#[test]
fn figures_are_written_in_the_language() {
    use numbers::*;
    for (value, decimals, expected) in [
        (1234.5, Some(1), ["1\u{a0}234,5", "1,234.5"]),
        (1_234_567.0, Some(0), ["1\u{a0}234\u{a0}567", "1,234,567"]),
        (-0.04, Some(1), ["0,0", "0.0"]),
        (-3.25, Some(2), ["\u{2212}3,25", "\u{2212}3.25"]),
        (0.5, None, ["0,5", "0.5"]),
        (2.0 / 3.0, None, ["0,667", "0.667"]),
        (999.96, Some(1), ["1\u{a0}000,0", "1,000.0"]),
    ] {
        assert_eq!(figure(Language::Fi, value, decimals), expected[0]);
        assert_eq!(figure(Language::Sv, value, decimals), expected[0]);
        assert_eq!(figure(Language::En, value, decimals), expected[1]);
    }
    for (value, expected) in [
        (1.2, "+1,2"),
        (-1.5, "\u{2212}1,5"),
        (0.04, "0,0"),
        (-0.04, "0,0"),
        (0.0, "0,0"),
    ] {
        assert_eq!(difference(Language::Fi, value, Some(1)), expected);
    }
}

#[test]
fn units_follow_the_number_without_a_break() {
    use numbers::*;
    let unit = |language, value, kind| with_unit(language, value, Some(0), kind);
    for (value, kind, expected) in [
        (11.0, ValueKind::Share, ["11\u{a0}%", "11\u{a0}%", "11%"]),
        (
            11.0,
            ValueKind::SurveyShare,
            ["11\u{a0}%", "11\u{a0}%", "11%"],
        ),
        (
            1.0,
            ValueKind::EuroPerPerson,
            ["1\u{a0}euro", "1\u{a0}euro", "1\u{a0}euro"],
        ),
        (
            -1.0,
            ValueKind::EuroPerPerson,
            [
                "\u{2212}1\u{a0}euro",
                "\u{2212}1\u{a0}euro",
                "\u{2212}1\u{a0}euro",
            ],
        ),
        (
            3456.0,
            ValueKind::EuroPerPerson,
            [
                "3\u{a0}456\u{a0}euroa",
                "3\u{a0}456\u{a0}euro",
                "3,456\u{a0}euros",
            ],
        ),
        // The title says what an amount is in: euros, or thousands of them.
        (250.0, ValueKind::Euro, ["250", "250", "250"]),
        (250.0, ValueKind::Rate, ["250", "250", "250"]),
    ] {
        let read = Language::ALL.map(|language| unit(language, value, kind));
        assert_eq!(read, expected);
    }
}

#[test]
fn two_figures_are_told_apart() {
    use numbers::old_and_new;
    assert_eq!(
        old_and_new(Language::Fi, (1.04, 1.01), Some(1)),
        ["1,04", "1,01"]
    );
    assert_eq!(
        old_and_new(Language::En, (1.0, 2.0), Some(1)),
        ["1.0", "2.0"]
    );
    assert_eq!(
        old_and_new(Language::Fi, (0.0, 0.0), Some(1)),
        ["0,0", "0,0"]
    );
}

#[test]
fn periods_answer_when() {
    use times::{in_period, period};
    for (text, when, heading) in [
        (
            "2024",
            ["vuonna 2024", "år 2024", "in 2024"],
            ["2024", "2024", "2024"],
        ),
        (
            "2019/2021",
            ["vuosina 2019–2021", "åren 2019–2021", "in 2019–2021"],
            ["2019–2021", "2019–2021", "2019–2021"],
        ),
        (
            "2024-Q1",
            [
                "vuoden 2024 ensimmäisellä neljänneksellä",
                "under första kvartalet 2024",
                "in the first quarter of 2024",
            ],
            ["1.\u{a0}neljännes 2024", "första kvartalet 2024", "Q1 2024"],
        ),
        (
            "2024-Q4",
            [
                "vuoden 2024 viimeisellä neljänneksellä",
                "under fjärde kvartalet 2024",
                "in the fourth quarter of 2024",
            ],
            ["4.\u{a0}neljännes 2024", "fjärde kvartalet 2024", "Q4 2024"],
        ),
        (
            "2024-03",
            ["maaliskuussa 2024", "i mars 2024", "in March 2024"],
            ["maaliskuu 2024", "mars 2024", "March 2024"],
        ),
        (
            "2024-12",
            ["joulukuussa 2024", "i december 2024", "in December 2024"],
            ["joulukuu 2024", "december 2024", "December 2024"],
        ),
    ] {
        let one: Period = text.parse().unwrap();
        assert_eq!(
            Language::ALL.map(|language| in_period(language, &one)),
            when
        );
        assert_eq!(
            Language::ALL.map(|language| period(language, &one)),
            heading
        );
    }
    let all = ["1990", "1991", "1993", "2019/2021"].map(|text| text.parse().unwrap());
    assert_eq!(times::periods(&all), "1990–1991, 1993, 2019–2021");
}

#[test]
fn days_and_moments_are_written_in_the_language() {
    let moment = "2026-11-21T05:05:00Z".parse().unwrap();
    assert_eq!(
        Language::ALL.map(|language| times::moment(language, moment)),
        [
            "21.11.2026 klo 5.05 (UTC)",
            "21.11.2026 kl. 5.05 (UTC)",
            "21 November 2026 at 05:05 (UTC)",
        ]
    );
    assert_eq!(
        Language::ALL.map(|language| times::day(language, moment)),
        ["21.11.2026", "21.11.2026", "21 November 2026"]
    );
}
