//! Made-up cubes of the shape of THL's: clients of services, of the same made-up people as in
//! the made-up Sotkanet.

use std::collections::BTreeMap;
use std::sync::Arc;

use botnia_config::{Municipality, RegionTables};
use botnia_model::{RegionKey, RegionLevel, Text};

use crate::synthetic::chance::{Chance, rounded};
use crate::synthetic::key_of;
use crate::synthetic::population::Population;

/// The dimension of the measures.
pub(super) const MEASURE: &str = "measure";
/// In this order stand the texts of a node.
pub(super) const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

const FIRST_YEAR: i32 = 2018;
const LAST_YEAR: i32 = 2025;
/// The year that other figures have in a later edition.
const REVISED: i32 = 2024;
/// Smaller counts of a municipality are hidden.
const LEAST_SHOWN: i64 = 5;

#[derive(Debug)]
pub(super) struct Cube {
    pub(super) subject: &'static str,
    pub(super) hydra: &'static str,
    pub(super) fact: &'static str,
    pub(super) title: [&'static str; 3],
    pub(super) dimensions: Vec<Dimension>,
    people: Arc<People>,
    /// Clients per inhabitant, at least and at most.
    share: (f64, f64),
    /// Tells this cube's chances from those of others.
    key: u64,
}

#[derive(Debug)]
pub(super) struct Dimension {
    pub(super) id: &'static str,
    pub(super) label: [&'static str; 3],
    pub(super) root: usize,
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    /// Within the cube; stays when the surrogate ids change.
    pub(super) id: usize,
    pub(super) label: [String; 3],
    pub(super) stage: &'static str,
    pub(super) code: Option<String>,
    pub(super) decimals: Option<u8>,
    pub(super) children: Vec<usize>,
    means: Means,
}

/// What a node stands for.
#[derive(Clone, Debug)]
enum Means {
    /// Municipalities, by their place among the people.
    Places(Vec<usize>),
    /// Months, 1 to 12, of years.
    Months(Vec<(i32, u64)>),
    /// Both sexes, men, women.
    Sex(usize),
    /// A count, or its share of the inhabitants.
    Count,
    Share,
    /// Measures together, which is nothing.
    Measures,
}

#[derive(Debug)]
struct People(Vec<(Population, Chance)>);

impl People {
    /// Inhabitants of a sex: 0 both, 1 men, 2 women.
    fn count(&self, municipality: usize, year: i32, sex: usize) -> i64 {
        let inhabitants = self.0[municipality].0.at(year);
        match sex {
            0 => inhabitants.male + inhabitants.female,
            1 => inhabitants.male,
            _ => inhabitants.female,
        }
    }
}

impl Cube {
    /// The text at a node of each dimension, in an edition; none where there is nothing.
    pub(super) fn figure(&self, place: &[usize], edition: u32) -> Option<String> {
        let (mut places, mut months, mut sex, mut is_share) = (&[][..], &[][..], 0, None);
        for (dimension, at) in self.dimensions.iter().zip(place) {
            match &dimension.nodes[*at].means {
                Means::Places(all) => places = all,
                Means::Months(all) => months = all,
                Means::Sex(which) => sex = *which,
                Means::Count => is_share = Some(false),
                Means::Share => is_share = Some(true),
                Means::Measures => {}
            }
        }
        let is_share = is_share?;
        let is_small = places.len() == 1;
        let first = self.count(places, months, sex, 1);
        // What is hidden stays hidden: small counts are not revised.
        let count = if edition == 1 || (is_small && first < 4 * LEAST_SHOWN) {
            first
        } else {
            self.count(places, months, sex, edition)
        };
        match count {
            0 => None,
            1..LEAST_SHOWN if is_small => Some("..".to_owned()),
            count if !is_share => Some(count.to_string()),
            count => {
                // Per inhabitant of the last year that is meant.
                let year = months.iter().map(|(year, _)| *year).max()?;
                let inhabitants: i64 = places
                    .iter()
                    .map(|at| self.people.count(*at, year, sex))
                    .sum();
                let percent = 100.0 * count as f64 / inhabitants.max(1) as f64;
                // With a comma: values are passed on as they are stored.
                Some(format!("{percent:.1}").replace('.', ","))
            }
        }
    }

    fn count(&self, places: &[usize], months: &[(i32, u64)], sex: usize, edition: u32) -> i64 {
        let sexes = if sex == 0 { 1..=2 } else { sex..=sex };
        let mut count = 0;
        for municipality in places {
            for (year, month) in months {
                for sex in sexes.clone() {
                    count += self.clients(*municipality, *year, *month, sex, edition);
                }
            }
        }
        count
    }

    fn clients(&self, municipality: usize, year: i32, month: u64, sex: usize, edition: u32) -> i64 {
        let inhabitants = self.people.count(municipality, year, sex);
        let chance = self.people.0[municipality].1.of(40 + self.key);
        let share = chance.within(self.share.0, self.share.1);
        let chance = chance.of_year(year).of(month).of(sex as u64);
        let revised = if year == REVISED {
            u64::from(edition)
        } else {
            1
        };
        rounded(inhabitants as f64 * share * chance.of(revised).within(0.9, 1.1) / 12.0)
    }
}

/// What a cube is made of.
struct Plan {
    name: (&'static str, &'static str, &'static str),
    title: [&'static str; 3],
    /// The dimension of the regions, and the level between country and municipality.
    area: (&'static str, [&'static str; 3]),
    level: (RegionLevel, &'static str),
    /// Whether codes of municipalities are ids of the cube's own.
    has_own_codes: bool,
    time: &'static str,
    has_months: bool,
    has_sexes: bool,
    share: (f64, f64),
}

const PLANS: [Plan; 3] = [
    Plan {
        name: ("toitu", "ennakko3", "fact_toitu_ennakko3"),
        title: [
            "Palvelujen asiakkaat (keksittyä aineistoa)",
            "Klienter inom tjänster (påhittat material)",
            "Clients of services (made-up data)",
        ],
        area: ("area", ["Alue", "Område", "Area"]),
        level: (RegionLevel::Province, "region"),
        has_own_codes: false,
        time: "time",
        has_months: false,
        has_sexes: false,
        share: (0.02, 0.06),
    },
    Plan {
        name: ("toitu", "kaynnit", "fact_toitu_kaynnit"),
        title: [
            "Käynnit kuukausittain (keksittyä aineistoa)",
            "Besök per månad (påhittat material)",
            "Visits by month (made-up data)",
        ],
        area: (
            "wscmunicipality2022",
            [
                "Hyvinvointialue ja kunta",
                "Välfärdsområde och kommun",
                "County and municipality",
            ],
        ),
        level: (RegionLevel::WellbeingCounty, "hva"),
        has_own_codes: true,
        time: "yearmonth",
        has_months: true,
        has_sexes: true,
        share: (0.001, 0.01),
    },
    Plan {
        name: ("epirapo", "tapaukset", "fact_epirapo_tapaukset"),
        title: [
            "Ilmoitetut tapaukset (keksittyä aineistoa)",
            "Anmälda fall (påhittat material)",
            "Reported cases (made-up data)",
        ],
        area: ("area", ["Alue", "Område", "Area"]),
        level: (RegionLevel::Province, "region"),
        has_own_codes: false,
        time: "time",
        has_months: false,
        has_sexes: false,
        share: (0.0002, 0.004),
    },
];

/// Today's municipalities, and which of them make up a region.
struct Places {
    municipalities: Vec<&'static Municipality>,
    members: BTreeMap<RegionKey, Vec<usize>>,
}

impl Places {
    fn of(tables: &'static RegionTables) -> Self {
        let municipalities: Vec<_> = tables
            .municipalities
            .iter()
            .filter(|municipality| municipality.valid_to.is_none())
            .collect();
        let mut members: BTreeMap<RegionKey, Vec<usize>> = BTreeMap::new();
        for (at, municipality) in municipalities.iter().enumerate() {
            for key in &municipality.member_of {
                members.entry(key.clone()).or_default().push(at);
            }
        }
        Self {
            municipalities,
            members,
        }
    }

    /// Country, regions of a level, and municipalities.
    fn tree(&self, tables: &RegionTables, plan: &Plan) -> RegionNode {
        let (level, stage) = plan.level;
        let of_level = self.members.iter().filter(|(key, _)| key.level == level);
        let regions = of_level.map(|(key, places)| RegionNode {
            name: tables
                .region(key)
                .map_or_else(Text::default, |region| region.name.clone()),
            stage,
            code: (!plan.has_own_codes).then(|| key.code.to_string()),
            places: places.clone(),
            within: places
                .iter()
                .map(|at| self.municipality(*at, plan))
                .collect(),
        });
        RegionNode {
            name: Text {
                fi: "Koko maa".to_owned(),
                sv: "Hela landet".to_owned(),
                en: "Whole country".to_owned(),
            },
            stage: "root",
            code: None,
            places: (0..self.municipalities.len()).collect(),
            within: regions.collect(),
        }
    }

    fn municipality(&self, at: usize, plan: &Plan) -> RegionNode {
        let municipality = self.municipalities[at];
        RegionNode {
            name: municipality.name.clone(),
            stage: "municipality",
            code: Some(if plan.has_own_codes {
                format!("{}{at}", plan.area.0)
            } else {
                municipality.code.to_string()
            }),
            places: vec![at],
            within: Vec::new(),
        }
    }
}

pub(super) fn cubes(seed: u64) -> Vec<Cube> {
    let tables = RegionTables::builtin();
    let places = Places::of(tables);
    let chance = Chance::new(seed).of(1).of(1);
    let people = places.municipalities.iter().map(|municipality| {
        let own = chance.of(key_of(municipality.code.as_str()));
        (Population::of_municipality(municipality, own), own)
    });
    let people = Arc::new(People(people.collect()));
    (1..)
        .zip(&PLANS)
        .map(|(key, plan)| {
            let (area, label) = plan.area;
            let mut builder = Builder::default()
                .regions(area, label, &places.tree(tables, plan))
                .years(plan.time, plan.has_months);
            if plan.has_sexes {
                builder = builder.sexes();
            }
            let (subject, hydra, fact) = plan.name;
            Cube {
                subject,
                hydra,
                fact,
                title: plan.title,
                dimensions: builder.measures().dimensions,
                people: Arc::clone(&people),
                share: plan.share,
                key,
            }
        })
        .collect()
}

/// A region and those within it.
struct RegionNode {
    name: Text,
    stage: &'static str,
    code: Option<String>,
    places: Vec<usize>,
    within: Vec<RegionNode>,
}

/// The dimensions of a cube, with ids that run through all of them.
#[derive(Default)]
struct Builder {
    dimensions: Vec<Dimension>,
    next: usize,
}

fn same(text: &str) -> [String; 3] {
    [text.to_owned(), text.to_owned(), text.to_owned()]
}

fn texts(text: [&str; 3]) -> [String; 3] {
    text.map(str::to_owned)
}

impl Builder {
    fn node(&mut self, label: [String; 3], stage: &'static str, means: Means) -> Node {
        self.next += 1;
        Node {
            id: self.next,
            label,
            stage,
            code: None,
            decimals: None,
            children: Vec::new(),
            means,
        }
    }

    fn add(&mut self, id: &'static str, label: [&'static str; 3], nodes: Vec<Node>) {
        self.dimensions.push(Dimension {
            id,
            label,
            root: 0,
            nodes,
        });
    }

    fn regions(mut self, id: &'static str, label: [&'static str; 3], root: &RegionNode) -> Self {
        let mut nodes = Vec::new();
        self.region(root, &mut nodes);
        self.add(id, label, nodes);
        self
    }

    /// Adds a region and those within it; its place.
    fn region(&mut self, region: &RegionNode, nodes: &mut Vec<Node>) -> usize {
        let name = &region.name;
        let label = [name.fi.clone(), name.sv.clone(), name.en.clone()];
        let mut node = self.node(label, region.stage, Means::Places(region.places.clone()));
        node.code.clone_from(&region.code);
        let at = nodes.len();
        nodes.push(node);
        let children = region
            .within
            .iter()
            .map(|within| self.region(within, nodes))
            .collect();
        nodes[at].children = children;
        at
    }

    fn years(mut self, id: &'static str, with_months: bool) -> Self {
        let all =
            (FIRST_YEAR..=LAST_YEAR).flat_map(|year| (1..=12).map(move |month| (year, month)));
        let label = texts(["Kaikki vuodet", "Alla år", "All years"]);
        let mut nodes = vec![self.node(label, "root", Means::Months(all.collect()))];
        for year in FIRST_YEAR..=LAST_YEAR {
            let months: Vec<(i32, u64)> = (1..=12).map(|month| (year, month)).collect();
            let node = self.node(
                same(&year.to_string()),
                "year",
                Means::Months(months.clone()),
            );
            let at = nodes.len();
            nodes.push(node);
            nodes[0].children.push(at);
            if with_months {
                for month in months {
                    let label = same(&format!("{year}-{:02}", month.1));
                    let node = self.node(label, "month", Means::Months(vec![month]));
                    let place = nodes.len();
                    nodes.push(node);
                    nodes[at].children.push(place);
                }
            }
        }
        self.add(id, ["Aika", "Tid", "Time"], nodes);
        self
    }

    fn sexes(mut self) -> Self {
        let labels = [
            ["Sukupuolet yhteensä", "Båda könen", "Both sexes"],
            ["Miehet", "Män", "Men"],
            ["Naiset", "Kvinnor", "Women"],
        ];
        let mut nodes: Vec<Node> = labels
            .into_iter()
            .enumerate()
            .map(|(sex, label)| {
                let stage = if sex == 0 { "root" } else { "sex" };
                self.node(texts(label), stage, Means::Sex(sex))
            })
            .collect();
        nodes[0].children = vec![1, 2];
        self.add("nidrsex", ["Sukupuoli", "Kön", "Sex"], nodes);
        self
    }

    /// A count with a code, and a share that is known by its name alone.
    fn measures(mut self) -> Self {
        let label = texts(["Mittarit", "Mått", "Measures"]);
        let mut root = self.node(label, "root", Means::Measures);
        root.children = vec![1, 2];
        let label = texts(["Asiakkaat\t(lkm)", "Klienter\t(antal)", "Clients\t(number)"]);
        let mut count = self.node(label, "measure", Means::Count);
        count.code = Some("clients".to_owned());
        count.decimals = Some(0);
        let label = texts([
            "Asiakkaat, % väestöstä",
            "Klienter, % av befolkningen",
            "Clients, % of population",
        ]);
        let mut share = self.node(label, "measure", Means::Share);
        share.decimals = Some(1);
        self.add(
            MEASURE,
            ["Mittari", "Mått", "Measure"],
            vec![root, count, share],
        );
        self
    }
}
