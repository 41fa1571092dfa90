"""Opens a published release with DuckDB, polars, pandas and pyarrow, as an analyst does.

    python read_release.py published/releases/000007

Prints one line per problem and exits with 1 if there is any; with none it prints one line
of counts and exits with 0. The folder's name is the number that the release must have;
whether its data are made up is what its manifest says. Nothing here knows how the release
was made: names, types and meanings are those of docs/analyst.md.
"""

import hashlib
import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

# Kinds of column. `word` is text that repeats and is stored as a dictionary.
ARROW = {
    "word": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
    "text": pyarrow.string(),
    "integer": pyarrow.int32(),
    "large_integer": pyarrow.int64(),
    "figure": pyarrow.float64(),
    "truth": pyarrow.bool_(),
}
# The same without the encoding, for comparing what different programs have read.
PLAIN = {**ARROW, "word": pyarrow.string(), "list": pyarrow.list_(pyarrow.string())}
DUCKDB = {
    "word": "VARCHAR",
    "text": "VARCHAR",
    "integer": "INTEGER",
    "large_integer": "BIGINT",
    "figure": "DOUBLE",
    "truth": "BOOLEAN",
    "list": "VARCHAR[]",
}
POLARS = {
    "word": (polars.Categorical, polars.Enum),
    "text": (polars.String,),
    "integer": (polars.Int32,),
    "large_integer": (polars.Int64,),
    "figure": (polars.Float64,),
    "truth": (polars.Boolean,),
    "list": (polars.List,),
}
# NumPy has no missing integer: with one, the column is float64 in pandas.
PANDAS = {
    "word": ("category",),
    "text": ("str", "object"),
    "integer": ("int32", "float64"),
    "large_integer": ("int64", "float64"),
    "figure": ("float64",),
    "truth": ("bool",),
    "list": ("object",),
}


def columns(text):
    """From lines `kind: name name?`, where `?` marks a column that may be null."""
    return {
        name.rstrip("?"): (kind.strip(), name.endswith("?"))
        for kind, names in (line.split(":") for line in text.strip().splitlines())
        for name in names.split()
    }


OBSERVATIONS = columns(
    """
    word: indicator_id region_level region_code region_id
    integer: year
    text: period
    word: sex breakdown?
    figure: value? absolute_value?
    word: status origin
    integer: first_release
    figure: coverage?
    """
)
# Columns may be added to these in a minor version; none may go or change its type.
TABLES = {
    "indicators.parquet": columns(
        """
        word: indicator_id source
        text: title_fi? title_sv? title_en?
        truth: redistributable
        integer: decimals? first_year? last_year?
        list: levels themes
        word: state
        text: state_since?
        """
    ),
    "regions.parquet": columns(
        """
        word: region_id region_level region_code
        text: name_fi? name_sv? name_en?
        """
    ),
    "region_changes.parquet": {},
    "region_memberships.parquet": columns(
        """
        word: region_id level member_of
        text: valid_from? valid_to?
        """
    ),
    "region_classes.parquet": columns(
        """
        word: region_id classification class
        text: valid_from? valid_to?
        """
    ),
    "revisions.parquet": columns(
        """
        word: indicator_id region_level region_code region_id sex breakdown? change
        text: period
        figure: old_value? new_value?
        word: old_status? new_status? old_origin? new_origin?
        integer: old_first_release? release
        word: reason
        """
    ),
    "wellbeing.parquet": columns(
        """
        word: set_id indicator_id region_level region_code region_id
        integer: year?
        figure: value?
        word: status origin? blocked?
        """
    ),
}
SORTED = {
    "observations.parquet": "indicator_id region_level region_code sex breakdown period",
    "by_province": "region_id indicator_id sex breakdown period",
}
METADATA = (
    "release schema_version content_hash licence attribution attribution_fi attribution_sv"
    " attribution_en sources geo_vintage".split()
)

LEVELS = """municipality province wellbeing_county subregion hospital_district
    collaborative_area regional_agency ely_centre special_responsibility_area major_region
    nuts1 country nordic_country european_country custom""".split()
WITH_VALUE = "normal provisional projection break nil".split()
WITHOUT_VALUE = """not_published suppressed not_collected not_applicable
    below_respondent_limit series_ended_at_level fetch_failed""".split()


def quoted(words):
    return ", ".join(f"'{word}'" for word in words)


# What no row may be: a sentence and the condition that finds such rows.
NEVER = {
    "a municipality's code without its three digits":
        "region_level = 'municipality' AND NOT regexp_full_match(region_code, '[0-9]{3}')",
    "a province's or wellbeing county's code without its two digits":
        "region_level IN ('province', 'wellbeing_county')"
        " AND NOT regexp_full_match(region_code, '[0-9]{2}')",
    "a region_id that is not prefix and code":
        "(region_level = 'municipality' AND region_id <> 'KU' || region_code)"
        " OR (region_level = 'province' AND region_id <> 'MK' || region_code)"
        " OR (region_level = 'wellbeing_county' AND region_id <> 'HVA' || region_code)",
    "a missing value whose status does not say why":
        f"value IS NULL AND status NOT IN ({quoted(WITHOUT_VALUE)})",
    "a value whose status says that there is none":
        f"value IS NOT NULL AND status NOT IN ({quoted(WITH_VALUE)})",
    "a value that is no finite number": "NOT isfinite(value) OR NOT isfinite(absolute_value)",
    "an unknown region level": f"region_level NOT IN ({quoted(LEVELS)})",
    "an unknown sex": "sex NOT IN ('total', 'male', 'female')",
    "an unknown origin": "origin NOT IN ('published', 'computed')",
    "a computed value that does not say how much stands behind it":
        "origin = 'computed' AND NOT coalesce(coverage > 0 AND coverage <= 1, false)",
    "a published value with a coverage": "origin = 'published' AND coverage IS NOT NULL",
    "a group of regions with a published value":
        "region_level = 'custom' AND origin <> 'computed'",
    "a year that is not the period's": "year <> CAST(period[1:4] AS INTEGER)",
    "an indicator_id without its source": "indicator_id NOT LIKE '_%:_%'",
}


class Release:
    """A release's folder and what is wrong with it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.problems = []
        self.database = duckdb.connect()
        self.manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        self.files = {entry["path"]: entry for entry in self.manifest["files"]}

    def expect(self, holds, problem):
        if not holds:
            self.problems.append(problem)

    def rows(self, sql):
        return self.database.execute(sql).fetchall()

    def from_table(self, path, more=""):
        return f"read_parquet('{self.folder / path}'{more})"

    def check_files(self, number):
        """Every file is listed with its hash, and every Parquet file says what it is."""
        self.expect(self.manifest["release"] == number, f"manifest.json: not release {number}")
        present = {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        unlisted = present - set(self.files) - {"manifest.json", "SHA256SUMS"}
        self.expect(not unlisted, f"not in the manifest: {sorted(unlisted)[:5]}")
        for path, entry in self.files.items():
            if path not in present:
                self.problems.append(f"{path}: in the manifest and not in the folder")
                continue
            content = (self.folder / path).read_bytes()
            self.expect(len(content) == entry["bytes"], f"{path}: not {entry['bytes']} bytes")
            self.expect(
                hashlib.sha256(content).hexdigest() == entry["sha256"], f"{path}: other bytes"
            )
            if path.endswith(".parquet"):
                self.check_metadata(path, entry)

    def check_metadata(self, path, entry):
        file = pyarrow.parquet.read_metadata(self.folder / path)
        found = {
            key.decode(): value.decode()
            for key, value in (file.metadata or {}).items()
            if key.startswith(b"botnia.")
        }
        for key in METADATA:
            # A table without rows owes nothing to anyone: its credits are there, and empty.
            is_credit = key in ("licence", "sources") or key.startswith("attribution")
            credit = is_credit and not file.num_rows
            self.expect(
                found.get(f"botnia.{key}") or (credit and f"botnia.{key}" in found),
                f"{path}: metadata without botnia.{key}",
            )
        self.expect(
            found.get("botnia.synthetic") == ("true" if self.manifest["synthetic"] else None),
            f"{path}: botnia.synthetic is {found.get('botnia.synthetic')}",
        )
        for key in ("release", "content_hash"):
            self.expect(
                found.get(f"botnia.{key}") == str(entry[key]),
                f"{path}: botnia.{key} is not the manifest's",
            )
        self.expect(file.num_rows == entry["rows"], f"{path}: not {entry['rows']} rows")

    def check_table(self, path, declared, exact=False):
        """All four programs see the same names, types, nulls and values."""
        table = pyarrow.parquet.read_table(self.folder / path, partitioning=None)
        if exact:
            self.expect(
                table.column_names == list(declared), f"{path}: columns {table.column_names}"
            )
        missing = [name for name in declared if name not in table.column_names]
        self.expect(not missing, f"{path}: without columns {missing}")

        frame = pandas.read_parquet(self.folder / path, partitioning=None)
        polars_frame = polars.read_parquet(self.folder / path, hive_partitioning=False)
        source = self.from_table(path, ", hive_partitioning = false")
        types = {name: kind for name, kind, *_ in self.rows(f"DESCRIBE FROM {source}")}
        selected = self.database.sql(f"FROM {source}").to_arrow_table()
        counts = {
            "pyarrow": table.num_rows,
            "pandas": len(frame),
            "polars": polars_frame.height,
            "DuckDB": selected.num_rows,
        }
        expected = self.files.get(path, {}).get("rows")
        self.expect(
            set(counts.values()) == {expected}, f"{path}: the manifest says {expected}: {counts}"
        )

        for name, (kind, nullable) in declared.items():
            if name in missing:
                continue
            here = f"{path}: {name}"
            stored = table.schema.field(name).type
            is_stored_so = (
                pyarrow.types.is_list(stored) if kind == "list" else stored.equals(ARROW[kind])
            )
            self.expect(is_stored_so, f"{here}: stored as {stored}, not as {kind}")
            self.expect(types[name] == DUCKDB[kind], f"{here}: {types[name]} in DuckDB")
            self.expect(
                isinstance(polars_frame.schema[name], POLARS[kind]), f"{here}: {polars_frame.schema[name]} in polars"
            )
            dtype = str(frame[name].dtype)
            has_nulls = table[name].null_count > 0
            allowed = PANDAS[kind] if has_nulls else PANDAS[kind][: 2 if kind == "text" else 1]
            self.expect(dtype in allowed, f"{here}: {dtype} in pandas")
            self.expect(nullable or not has_nulls, f"{here}: null in {table[name].null_count} rows")
            self.expect(
                int(frame[name].isna().sum()) == table[name].null_count,
                f"{here}: pandas and pyarrow see different nulls",
            )
            if not is_stored_so:
                continue
            values = plain(table[name], kind)
            for program, other in (
                ("polars", polars_frame[name].to_arrow()),
                ("DuckDB", selected[name]),
            ):
                self.expect(
                    values.equals(plain(other, kind)), f"{here}: {program} and pyarrow differ"
                )

    def check_order(self, path, key):
        """Rows are in the declared order, and no key stands twice."""
        names = key.split()
        sorting = pyarrow.parquet.ParquetFile(self.folder / path).metadata
        declared = [
            sorting.schema.column(column.column_index).name
            for column in sorting.row_group(0).sorting_columns
        ] if sorting.num_row_groups else names
        self.expect(declared[: len(names)] == names, f"{path}: declared as sorted by {declared}")
        fields = ", ".join(f"coalesce({name}, '')" for name in names)
        source = self.from_table(path, ", hive_partitioning = false, file_row_number = true")
        (wrong,) = self.rows(
            f"""SELECT count(*) FROM (
                SELECT row({fields}) AS key, lag(key) OVER (ORDER BY file_row_number) AS before
                FROM {source}
            ) WHERE key <= before"""
        )[0]
        self.expect(wrong == 0, f"{path}: {wrong} rows are not after the row before them")

    def check_observations(self, number):
        source = self.from_table("observations.parquet")
        never = {
            **NEVER,
            f"a first_release outside 1 to {number}":
                f"first_release NOT BETWEEN 1 AND {number}",
        }
        for what, condition in never.items():
            (count,) = self.rows(f"SELECT count(*) FROM {source} WHERE {condition}")[0]
            self.expect(count == 0, f"observations.parquet: {count} rows with {what}")
        (with_zero,) = self.rows(
            f"SELECT count(*) FROM {source} WHERE region_level = 'municipality' AND region_code LIKE '0%'"
        )[0]
        self.expect(with_zero > 0, "observations.parquet: no municipality code begins with a zero")
        for table, key in (("indicators", "indicator_id"), ("regions", "region_id")):
            other = self.from_table(f"{table}.parquet")
            (lost,) = self.rows(f"SELECT count(*) FROM {source} ANTI JOIN {other} USING ({key})")[0]
            self.expect(lost == 0, f"observations.parquet: {lost} rows without a row in {table}")
            (twice,) = self.rows(f"SELECT count(*) - count(DISTINCT {key}) FROM {other}")[0]
            self.expect(twice == 0, f"{table}.parquet: {key} stands twice")

        (withheld,) = self.rows(
            f"""SELECT count(*) FROM {source}
            JOIN {self.from_table("indicators.parquet")} USING (indicator_id)
            WHERE NOT redistributable"""
        )[0]
        self.expect(
            withheld == 0,
            f"observations.parquet: {withheld} rows that may not be published onward",
        )

    def check_parts(self):
        """A file of a part holds just the rows of the whole that belong to it."""
        whole = self.from_table("observations.parquet")
        names = ", ".join(OBSERVATIONS)
        for level, pattern, code in (
            ("municipality", "municipalities/*/observations.parquet", "[0-9]{3}"),
            ("province", "provinces/*/observations.parquet", "[0-9]{2}"),
            ("wellbeing_county", "wellbeing-counties/*/observations.parquet", "[0-9]{2}"),
        ):
            parts = self.from_table(pattern, ", filename = true")
            (strays,) = self.rows(
                f"""SELECT count(*) FROM {parts} WHERE region_level <> '{level}'
                OR region_code <> regexp_extract(filename, '/({code})-[^/]*/[^/]*$', 1)"""
            )[0]
            self.expect(strays == 0, f"{pattern}: {strays} rows of another region")
            # Which regions have a folder is up to the settings.
            folders = sorted((self.folder / pattern.split("/")[0]).iterdir())
            codes = ", ".join(f"'{folder.name.split('-')[0]}'" for folder in folders)
            of_folders = f"region_level = '{level}' AND region_code IN ({codes})"
            of_folders = f"SELECT {names} FROM {whole} WHERE {of_folders}"
            self.expect_same(pattern, of_folders, f"SELECT {names} FROM {parts}")
        # Without the type, DuckDB reads the folder's name as a number and drops its zero.
        provinces = self.from_table(
            "by_province/*/observations.parquet", ", hive_types = {'province': VARCHAR}"
        )
        (strays,) = self.rows(
            f"""SELECT count(*) FROM {provinces}
            WHERE region_level NOT IN ('municipality', 'province')
            OR (region_level = 'province' AND region_code <> province)"""
        )[0]
        self.expect(strays == 0, f"by_province: {strays} rows in a wrong province")
        self.expect_same(
            "by_province",
            f"SELECT {names} FROM {whole} WHERE region_level IN ('municipality', 'province')",
            f"SELECT {names} FROM {provinces}",
        )

    def expect_same(self, where, whole, parts):
        for what, sql in (
            ("rows of the whole are absent", f"({whole}) EXCEPT ALL ({parts})"),
            ("rows are not in the whole", f"({parts}) EXCEPT ALL ({whole})"),
        ):
            (count,) = self.rows(f"SELECT count(*) FROM ({sql})")[0]
            self.expect(count == 0, f"{where}: {count} {what}")

    def check(self, number):
        absent = [
            path for path in ["observations.parquet", *TABLES] if not (self.folder / path).is_file()
        ]
        if absent:
            self.problems.append(f"absent: {', '.join(absent)}")
            return
        self.check_files(number)
        self.check_table("observations.parquet", OBSERVATIONS, exact=True)
        for path, declared in TABLES.items():
            self.check_table(path, declared)
        if self.problems:
            # The checks below read columns by name and type.
            return
        self.check_order("observations.parquet", SORTED["observations.parquet"])
        self.check_observations(number)
        self.check_parts()
        for folder in sorted((self.folder / "by_province").iterdir()):
            path = f"by_province/{folder.name}/observations.parquet"
            self.check_table(path, OBSERVATIONS, exact=True)
            self.check_order(path, SORTED["by_province"])


def plain(values, kind):
    """A column without its encoding, in one piece."""
    if isinstance(values, pyarrow.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pyarrow.ChunkedArray):
        values = pyarrow.concat_arrays(values.chunks)
    return values.cast(PLAIN[kind])


def main():
    folder = Path(sys.argv[1]).resolve()
    release = Release(folder)
    release.check(int(folder.name))
    for problem in release.problems:
        print(problem)
    if release.problems:
        sys.exit(1)
    rows = release.files["observations.parquet"]["rows"]
    print(f"{rows} observations and {len(release.files)} files are as declared")


if __name__ == "__main__":
    main()
