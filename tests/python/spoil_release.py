"""Makes a small right release, spoils it in one way after another, and expects that
read_release.py names each. A check that nothing can fail would be no check.

    python spoil_release.py FOLDER

FOLDER is made and holds what was written. Exits with 1 if a spoilt release passed, if the
right one did not, or if another problem was named than the one that was made.
"""

import hashlib
import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from read_release import ARROW, METADATA, OBSERVATIONS, SORTED, TABLES, Release, columns

# Level, code, id, province: two provinces, three municipalities, one with zeros.
REGIONS = [
    ("country", "SSS", "SSS", None),
    ("municipality", "005", "KU005", "14"),
    ("municipality", "743", "KU743", "14"),
    ("municipality", "905", "KU905", "15"),
    ("province", "14", "MK14", "14"),
    ("province", "15", "MK15", "15"),
    ("wellbeing_county", "16", "HVA16", None),
]
INDICATORS = ["sotkanet:10052", "sotkanet:127"]


def observation(indicator, region, sex, year):
    level, code, region_id, _ = region
    missing = code == "905" and year == 2023
    return {
        "indicator_id": indicator,
        "region_level": level,
        "region_code": code,
        "region_id": region_id,
        "year": year,
        "period": str(year),
        "sex": sex,
        "breakdown": None,
        "value": None if missing else year / 8,
        "absolute_value": None if sex == "male" else 7.0,
        "status": "not_published" if missing else "normal",
        "origin": "published",
        "first_release": 1,
        "coverage": None,
    }


def table(declared, rows):
    fields = [
        pyarrow.field(
            name, pyarrow.list_(pyarrow.string()) if kind == "list" else ARROW[kind], nullable
        )
        for name, (kind, nullable) in declared.items()
    ]
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))


class SmallRelease:
    """A release in a folder, made whole and then bent."""

    def __init__(self, folder):
        self.folder = folder
        self.metadata = {f"botnia.{key}": "as it is" for key in METADATA}
        self.metadata |= {"botnia.release": "1", "botnia.synthetic": "true"}
        self.entries = {}
        self.sorting = {}
        self.make()

    def write(self, path, content, metadata=None, listed_rows=None):
        """Writes a table and lists it; `listed_rows` may be another number than it has."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        sorting = [
            pyarrow.parquet.SortingColumn(content.column_names.index(name))
            for name in self.sorting.get(path, "").split()
        ]
        kept = {**(content.schema.metadata or {}), **(metadata or self.metadata)}
        pyarrow.parquet.write_table(
            content.replace_schema_metadata(kept), target, sorting_columns=sorting or None
        )
        written = target.read_bytes()
        self.entries[path] = {
            "path": path,
            "sha256": hashlib.sha256(written).hexdigest(),
            "bytes": len(written),
            "rows": content.num_rows if listed_rows is None else listed_rows,
            "content_hash": "as it is",
            "release": 1,
        }
        manifest = {"release": 1, "synthetic": True, "files": list(self.entries.values())}
        (self.folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    def read(self, path):
        return pyarrow.parquet.read_table(self.folder / path, partitioning=None)

    def make(self):
        rows = [
            (region, observation(indicator, region, sex, year))
            for indicator in INDICATORS
            for region in REGIONS
            for sex in ("female", "male", "total")
            for year in (2022, 2023)
        ]
        self.sorting["observations.parquet"] = SORTED["observations.parquet"]
        self.write("observations.parquet", table(OBSERVATIONS, [row for _, row in rows]))
        for province in ("14", "15"):
            path = f"by_province/province={province}/observations.parquet"
            self.sorting[path] = SORTED["by_province"]
            own = [row for region, row in rows if region[3] == province]
            key = SORTED["by_province"].split()
            own.sort(key=lambda row: [row[name] or "" for name in key])
            self.write(path, table(OBSERVATIONS, own))
        folders = {
            "municipality": "municipalities",
            "province": "provinces",
            "wellbeing_county": "wellbeing-counties",
        }
        for region in REGIONS[1:]:
            own = [row for of, row in rows if of == region]
            path = f"{folders[region[0]]}/{region[1]}-name/observations.parquet"
            self.write(path, table(OBSERVATIONS, own))
        indicators = [
            {
                "indicator_id": indicator,
                "source": "sotkanet",
                "title_fi": "Väestö",
                "redistributable": True,
                "levels": ["municipality"],
                "themes": [],
                "state": "active",
            }
            for indicator in INDICATORS
        ]
        self.write("indicators.parquet", table(TABLES["indicators.parquet"], indicators))
        regions = [
            {"region_level": level, "region_code": code, "region_id": region_id, "name_fi": "Ähtäri"}
            for level, code, region_id, _ in REGIONS
        ]
        self.write("regions.parquet", table(TABLES["regions.parquet"], regions))
        self.write("region_changes.parquet", table(columns("word: kind"), [{"kind": "merger"}]))
        membership = {"region_id": "KU005", "level": "province", "member_of": "MK14"}
        for name, rows in (("region_memberships", [membership]), ("region_classes", [])):
            self.write(f"{name}.parquet", table(TABLES[f"{name}.parquet"], rows))
        self.write("revisions.parquet", table(TABLES["revisions.parquet"], []))
        wellbeing = {
            "set_id": "hyvinvointikertomus",
            "indicator_id": "sotkanet:127",
            "region_level": "municipality",
            "region_code": "005",
            "region_id": "KU005",
            "status": "not_published",
        }
        self.write("wellbeing.parquet", table(TABLES["wellbeing.parquet"], [wellbeing]))

    def problems(self):
        release = Release(self.folder)
        release.check(1)
        return release.problems


def with_column(content, name, values):
    return content.set_column(content.column_names.index(name), name, values)


def words(values):
    return pyarrow.array(values, pyarrow.string()).dictionary_encode()


def codes_lose_their_zeros(release):
    content = release.read("observations.parquet")
    codes = [code.lstrip("0") for code in content["region_code"].to_pylist()]
    release.write("observations.parquet", with_column(content, "region_code", words(codes)))


def codes_become_numbers(release):
    content = release.read("regions.parquet")
    codes = pyarrow.array(range(content.num_rows), pyarrow.int32())
    release.write("regions.parquet", with_column(content, "region_code", codes))


def dictionaries_are_lost(release):
    content = release.read("observations.parquet")
    text = content["indicator_id"].cast(pyarrow.string())
    release.write("observations.parquet", with_column(content, "indicator_id", text))


def missing_values_become_zero(release):
    content = release.read("observations.parquet")
    values = pyarrow.compute.fill_null(content["value"], 0.0)
    release.write("observations.parquet", with_column(content, "value", values))


def values_vanish(release):
    content = release.read("observations.parquet")
    values = [None, *content["value"].to_pylist()[1:]]
    release.write("observations.parquet", with_column(content, "value", pyarrow.array(values)))


def a_computed_value_has_no_coverage(release):
    content = release.read("observations.parquet")
    origins = words(["computed", *content["origin"].to_pylist()[1:]])
    release.write("observations.parquet", with_column(content, "origin", origins))


def an_indicator_is_not_to_be_published(release):
    content = release.read("indicators.parquet")
    truths = pyarrow.array([False, True])
    release.write("indicators.parquet", with_column(content, "redistributable", truths))


def rows_change_places(release):
    content = release.read("observations.parquet")
    order = [1, 0, *range(2, content.num_rows)]
    release.write("observations.parquet", content.take(order))


def a_row_stands_twice(release):
    content = release.read("observations.parquet")
    order = [0, *range(content.num_rows)]
    release.write("observations.parquet", content.take(order))


def the_manifest_counts_wrongly(release):
    content = release.read("wellbeing.parquet")
    release.write("wellbeing.parquet", content, listed_rows=2)


def a_province_lacks_a_row(release):
    path = "by_province/province=14/observations.parquet"
    release.write(path, release.read(path).slice(1))


def a_municipality_gets_rows_of_another(release):
    content = release.read("municipalities/743-name/observations.parquet")
    release.write("municipalities/905-name/observations.parquet", content)


def a_region_is_unknown(release):
    release.write("regions.parquet", release.read("regions.parquet").slice(1))


def a_column_goes(release):
    content = release.read("revisions.parquet")
    release.write("revisions.parquet", content.drop_columns(["old_value"]))


def the_metadata_lack_the_licence(release):
    metadata = {key: word for key, word in release.metadata.items() if key != "botnia.licence"}
    content = release.read("regions.parquet").replace_schema_metadata()
    release.write("regions.parquet", content, metadata)


def made_up_data_do_not_say_so(release):
    metadata = {key: word for key, word in release.metadata.items() if key != "botnia.synthetic"}
    path = "provinces/15-name/observations.parquet"
    release.write(path, release.read(path).replace_schema_metadata(), metadata)


def a_file_is_flipped(release):
    path = release.folder / "municipalities/005-name/observations.parquet"
    content = bytearray(path.read_bytes())
    content[8] ^= 1
    path.write_bytes(content)


def a_file_is_not_listed(release):
    (release.folder / "notes.txt").write_text("left behind", "utf-8")


def the_number_is_another(release):
    manifest = json.loads((release.folder / "manifest.json").read_text("utf-8"))
    (release.folder / "manifest.json").write_text(json.dumps(manifest | {"release": 2}), "utf-8")


def a_table_is_absent(release):
    (release.folder / "revisions.parquet").unlink()


SPOILINGS = {
    codes_lose_their_zeros: "a municipality's code without its three digits",
    codes_become_numbers: "region_code: stored as int32, not as word",
    dictionaries_are_lost: "indicator_id: stored as string, not as word",
    missing_values_become_zero: "a value whose status says that there is none",
    values_vanish: "a missing value whose status does not say why",
    a_computed_value_has_no_coverage: "does not say how much stands behind it",
    an_indicator_is_not_to_be_published: "rows that may not be published onward",
    rows_change_places: "1 rows are not after the row before them",
    a_row_stands_twice: "1 rows are not after the row before them",
    the_manifest_counts_wrongly: "wellbeing.parquet: the manifest says 2",
    a_province_lacks_a_row: "by_province: 1 rows of the whole are absent",
    a_municipality_gets_rows_of_another: "rows of another region",
    a_region_is_unknown: "rows without a row in regions",
    a_column_goes: "revisions.parquet: without columns ['old_value']",
    the_metadata_lack_the_licence: "regions.parquet: metadata without botnia.licence",
    made_up_data_do_not_say_so: "provinces/15-name/observations.parquet: botnia.synthetic is None",
    a_file_is_flipped: "municipalities/005-name/observations.parquet: other bytes",
    a_file_is_not_listed: "not in the manifest: ['notes.txt']",
    the_number_is_another: "manifest.json: not release 1",
    a_table_is_absent: "absent: revisions.parquet",
}


def main():
    folder = Path(sys.argv[1])
    wrong = []
    problems = SmallRelease(folder / "right").problems()
    if problems:
        wrong.append(f"the right release: {problems}")
    for spoil, expected in SPOILINGS.items():
        release = SmallRelease(folder / spoil.__name__)
        spoil(release)
        problems = release.problems()
        if not any(expected in problem for problem in problems):
            wrong.append(f"{spoil.__name__}: expected `{expected}`, found {problems}")
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    print(f"{len(SPOILINGS)} spoilt releases were found out")


if __name__ == "__main__":
    main()
