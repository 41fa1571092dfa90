//! JSON taken apart one level at a time, without copying what lies below.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order.
pub(super) struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members, if it is an object.
    pub(super) fn of(raw: &'a RawValue) -> Option<Self> {
        Self::read(raw.get())
    }

    /// The same of a text.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The last member of that name that is not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut members = self.0.iter().rev();
        members
            .find(|(member, _)| member == name)
            .map(|(_, raw)| *raw)
            .filter(|raw| raw.get() != "null")
    }

    /// Whether there is one, be it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member == name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), *raw))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Calls `take` with each element of an array; `false` if it is none.
pub(super) fn each_element<'a>(raw: &'a RawValue, take: impl FnMut(&'a RawValue)) -> bool {
    struct Array<F>(F);

    impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Array<F> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
            while let Some(element) = elements.next_element::<&'de RawValue>()? {
                (self.0)(element);
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(raw.get())
        .deserialize_seq(Array(take))
        .is_ok()
}

/// Calls `take` with each member of an object; `false` if it is none.
pub(super) fn each_member<'a>(raw: &'a RawValue, take: impl FnMut(&str, &'a RawValue)) -> bool {
    struct Object<F>(F);

    impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Object<F> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
            while let Some((name, raw)) = members.next_entry::<String, &'de RawValue>()? {
                (self.0)(&name, raw);
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(raw.get())
        .deserialize_map(Object(take))
        .is_ok()
}

/// A text, if it is one.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// The texts of an array; `None` where it is no array or holds something else.
pub(super) fn texts(raw: &RawValue) -> Option<Vec<String>> {
    serde_json::from_str(raw.get()).ok()
}

/// A whole number from 0 on, written as one; also `3.0`.
pub(super) fn whole(raw: &RawValue) -> Option<u64> {
    let text = raw.get();
    let digits = text.split_once('.').filter(|(_, fraction)| {
        !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0')
    });
    digits.map_or(text, |(digits, _)| digits).parse().ok()
}
