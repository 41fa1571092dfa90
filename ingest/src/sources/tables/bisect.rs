//! Finding the code that a server turns down. It only says "400": one code that it does not
//! know spoils the whole question.

use std::ops::Range;

use super::Selection;

/// What came of a smaller question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) enum Tried {
    /// It was answered.
    Answered,
    /// It was turned down as well.
    TurnedDown,
}

/// Questions that are asked at most to find it.
const MOST_QUESTIONS: usize = 40;

/// A search by halves. Every smaller question has one code of each dimension but one. Where
/// none of the first codes is answered, the last ones are tried; where those fail as well,
/// it is not one code.
///
/// It asks nothing itself: [`question`](Self::question) says what to ask, and
/// [`take`](Self::take) takes what came of it.
#[derive(Debug)]
pub(in crate::sources) struct CodeSearch<'a> {
    selection: &'a Selection,
    /// One code of each dimension, with which the server answers.
    good: Selection,
    stage: Stage,
    asked: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    First,
    Last,
    /// Codes of one dimension, one of which may be bad, or is.
    Suspects {
        at: usize,
        codes: Range<usize>,
        is_bad: bool,
    },
    Done(Option<(usize, usize)>),
}

impl<'a> CodeSearch<'a> {
    pub(in crate::sources) fn new(selection: &'a Selection) -> Self {
        Self {
            selection,
            good: Selection::default(),
            stage: Stage::First,
            asked: 0,
        }
    }

    /// What to ask next; `None` once it is over.
    pub(in crate::sources) fn question(&self) -> Option<Selection> {
        match &self.stage {
            Stage::First => Some(self.ends(<[String]>::first)),
            Stage::Last => Some(self.ends(<[String]>::last)),
            Stage::Suspects { at, codes, is_bad } => {
                let asked = if *is_bad {
                    halves(codes).0
                } else {
                    codes.clone()
                };
                let mut question = self.good.clone();
                question.0[*at].1 = self.selection.0[*at].1[asked].to_vec();
                Some(question)
            }
            Stage::Done(_) => None,
        }
    }

    /// Goes on with what came of the question.
    pub(in crate::sources) fn take(&mut self, tried: Tried) {
        self.asked += 1;
        let next = match (&self.stage, tried) {
            (Stage::First | Stage::Last, Tried::Answered) => {
                self.good = self.question().unwrap_or_default();
                self.suspects_of(0)
            }
            (Stage::First, Tried::TurnedDown) => Stage::Last,
            (Stage::Last, Tried::TurnedDown) => Stage::Done(None),
            (Stage::Suspects { at, codes, is_bad }, tried) => match (is_bad, tried) {
                (false, Tried::Answered) => self.suspects_of(at + 1),
                (false, Tried::TurnedDown) => narrowed(*at, codes.clone()),
                (true, Tried::TurnedDown) => narrowed(*at, halves(codes).0),
                (true, Tried::Answered) => narrowed(*at, halves(codes).1),
            },
            (Stage::Done(found), _) => Stage::Done(*found),
        };
        let is_over = matches!(next, Stage::Done(_));
        self.stage = if self.asked >= MOST_QUESTIONS && !is_over {
            Stage::Done(None)
        } else {
            next
        };
    }

    /// The dimension and code that are turned down, where it was one.
    pub(in crate::sources) fn found(&self) -> Option<(&'a str, &'a str)> {
        match self.stage {
            Stage::Done(Some((at, code))) => {
                let (dimension, codes) = &self.selection.0[at];
                Some((dimension, &codes[code]))
            }
            _ => None,
        }
    }

    fn ends(&self, pick: fn(&[String]) -> Option<&String>) -> Selection {
        let of_each = self.selection.0.iter();
        Selection(
            of_each
                .map(|(code, values)| (code.clone(), pick(values).cloned().into_iter().collect()))
                .collect(),
        )
    }

    fn suspects_of(&self, at: usize) -> Stage {
        match self.selection.0.get(at) {
            Some((_, values)) => Stage::Suspects {
                at,
                codes: 0..values.len(),
                is_bad: false,
            },
            None => Stage::Done(None),
        }
    }
}

fn narrowed(at: usize, codes: Range<usize>) -> Stage {
    if codes.len() == 1 {
        return Stage::Done(Some((at, codes.start)));
    }
    Stage::Suspects {
        at,
        codes,
        is_bad: true,
    }
}

fn halves(codes: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let middle = codes.start + codes.len() / 2;
    (codes.start..middle, middle..codes.end)
}
