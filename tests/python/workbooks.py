"""The workbooks of a release, as other programs see them.

    workbooks.py check RELEASE FOLDER         openpyxl and pandas read what Parquet says
    workbooks.py calculate WORKBOOK SCRATCH   LibreOffice, in a Finnish locale, sums its numbers
    workbooks.py fill WORKBOOK FILLED         a person fills in the form for notes
    workbooks.py resave WORKBOOK SCRATCH      LibreOffice saves it again, as a person would
"""

import csv
import math
import os
import pathlib
import re
import subprocess
import sys

import openpyxl
import pandas
import pyarrow.parquet

HEADINGS = 4  # the row with a table's headings, counted from 1
FILES = {"indikaattorit.fi.xlsx": "fi", "indikatorer.sv.xlsx": "sv"}
WORDS = {
    "fi": {"code": "Tunnus", "own": "Oma arvo", "country": "V3 Koko maa", "form": "Muistiinpanot",
           "text": "Tulkinta tai ehdotus", "author": "Laatija", "date": "Päivä"},
    "sv": {"code": "Kod", "own": "Eget värde", "country": "V3 Hela landet", "form": "Anteckningar",
           "text": "Tolkning eller förslag", "author": "Författare", "date": "Datum"},
}


def wellbeing(folder):
    """The rows of the reporting table, by indicator."""
    table = pyarrow.parquet.read_table(folder / "wellbeing.parquet").to_pylist()
    return {row["indicator_id"]: row for row in table}


def same(cell, value):
    return cell is None if value is None else math.isclose(cell, value, rel_tol=1e-12)


def check(release, folder):
    folder = pathlib.Path(release) / folder
    expected = wellbeing(folder)
    for name, language in FILES.items():
        words = WORDS[language]
        workbook = openpyxl.load_workbook(folder / name)
        properties = workbook.properties
        assert properties.title, name
        locales = {one.name: one.value for one in workbook.custom_doc_props.props}
        assert locales["Language"].startswith(language), locales
        seen = {}
        tables = set()
        for sheet in workbook.worksheets:
            assert len(sheet.title) <= 31, sheet.title
            assert not sheet.merged_cells.ranges, sheet.title
            assert isinstance(sheet["A1"].value, str), sheet.title
            for line in sheet.iter_rows():
                for cell in line:
                    assert cell.data_type != "f", (sheet.title, cell.coordinate)
                    if cell.hyperlink and cell.hyperlink.location:
                        target = cell.hyperlink.location.split("!")[0].strip("'")
                        assert target in workbook.sheetnames, target
            if sheet is workbook.worksheets[0]:
                continue
            assert sheet.freeze_panes == f"B{HEADINGS + 1}", (sheet.title, sheet.freeze_panes)
            assert len(sheet.tables) == 1, sheet.title
            tables.update(sheet.tables)
            headings = [cell.value for cell in sheet[HEADINGS]]
            if words["own"] not in headings:
                continue
            code, own = headings.index(words["code"]), headings.index(words["own"])
            country = headings.index(words["country"])
            for line in sheet.iter_rows(min_row=HEADINGS + 1, values_only=True):
                row = expected[line[code]]
                assert same(line[own], row["value"]), (name, line[code])
                assert same(line[country], row["country_value"]), (name, line[code])
                difference = headings.index(next(
                    one for one in headings if one.endswith(": " + words["country"])))
                seen[line[code]] = (row["country_verdict"], line[difference])
        assert len(tables) == len(workbook.worksheets) - 1, "tables share a name"
        # One word for each verdict, whatever the indicator.
        told = {}
        for verdict, word in seen.values():
            assert told.setdefault(verdict, word) == word, (verdict, word)
        assert len(set(told.values())) == len(told), told
        shown = {key for key, row in expected.items() if row["theme"] != "nordic"}
        assert set(seen) == shown, shown ^ set(seen)
        frame = pandas.read_excel(folder / name, sheet_name=1, header=HEADINGS - 1)
        assert frame[words["own"]].dtype.kind in "fi", frame.dtypes
    print("ok", len(expected))


def libreoffice(scratch, target, source):
    """Converts in a profile of its own whose locale is Finnish."""
    scratch = pathlib.Path(scratch).resolve()
    profile = scratch / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
            '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" '
            'oor:op="fuse"><value>fi-FI</value></prop></item></oor:items>',
            encoding="utf-8",
        )
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
         target, "--outdir", str(scratch), str(source)],
        capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": str(scratch)},
    )
    assert done.returncode == 0, done.stderr
    return scratch


def calculate(source, scratch):
    scratch = pathlib.Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    workbook = openpyxl.load_workbook(source)
    # A theme whose sum has decimals: without them nothing tells a comma from a point.
    for sheet in workbook.worksheets[1:]:
        headings = [cell.value for cell in sheet[HEADINGS]]
        own = headings.index(WORDS["fi"]["own"])
        letter = openpyxl.utils.get_column_letter(own + 1)
        values = [line[own] for line in sheet.iter_rows(min_row=HEADINGS + 1, values_only=True)]
        numbers = [value for value in values if value is not None]
        if sum(numbers) % 1:
            break
    else:
        raise AssertionError("no theme has a figure with decimals")
    summed = workbook.create_sheet("Summa")
    last = HEADINGS + len(values)
    name = sheet.title.replace("'", "''")
    summed["A1"] = f"=SUM('{name}'!{letter}{HEADINGS + 1}:{letter}{last})"
    summed["A2"] = f"=COUNT('{name}'!{letter}{HEADINGS + 1}:{letter}{last})"
    summed["A1"].number_format = "0.000000"
    with_sum = scratch / "summattu.xlsx"
    workbook.save(with_sum)
    # Semicolons, UTF-8, Finnish, cells as they are shown, every sheet to a file of its own.
    as_csv = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1035,false,true,false,false,false,-1"
    libreoffice(scratch, as_csv, with_sum)
    (total, *_), (count, *_) = list(csv.reader(
        open(scratch / "summattu-Summa.csv", encoding="utf-8"), delimiter=";"))[:2]
    assert int(count) == len(numbers), (count, len(numbers))
    assert "," in total and "." not in total, f"{total} is not written as in Finland"
    assert math.isclose(float(total.replace(",", ".")), sum(numbers), rel_tol=1e-6, abs_tol=1e-6)

    # As it was published, without a detour: its codes and numbers as a Finn sees them.
    libreoffice(scratch, as_csv, source)
    stem = pathlib.Path(source).stem
    shown = scratch / f"{stem}-{sheet.title}.csv"
    lines = list(csv.reader(open(shown, encoding="utf-8"), delimiter=";"))
    code = headings.index(WORDS["fi"]["code"])
    for line, value in zip(lines[HEADINGS:], values):
        assert line[code].startswith("sotkanet:"), line
        assert (line[own] == "") == (value is None), line
        if value is not None:
            assert re.fullmatch(r"-?\d{1,3}([\u00a0\u202f ]?\d{3})*(,\d+)?", line[own]), line[own]
    form = list(csv.reader(open(scratch / f"{stem}-Muistiinpanot.csv", encoding="utf-8"),
                           delimiter=";"))
    assert re.fullmatch(r"KU\d{3}", form[HEADINGS][0]), form[HEADINGS]
    print("ok", total)


def fill(source, filled):
    workbook = openpyxl.load_workbook(source)
    sheet = next(sheet for sheet in workbook.worksheets
                 if sheet.title in (words["form"] for words in WORDS.values()))
    headings = {cell.value: cell.column for cell in sheet[HEADINGS]}
    words = next(words for words in WORDS.values() if words["text"] in headings)
    texts = ["Ensimmäinen rivi.\n- toinen rivi", "=SUM(A1:A2) on teksti", "Ett ord: 'citat'"]
    empty = [row for row in range(HEADINGS + 1, sheet.max_row + 1)
             if not sheet.cell(row, headings[words["text"]]).value]
    for text, row in zip(texts, empty):
        cell = sheet.cell(row, headings[words["text"]])
        cell.value = text
        cell.data_type = "s"
        sheet.cell(row, headings[words["author"]]).value = "Työpaja"
        sheet.cell(row, headings[words["date"]]).value = "22.11.2025"
    workbook.save(filled)
    print("ok", len(texts))


def resave(source, scratch):
    pathlib.Path(scratch).mkdir(parents=True, exist_ok=True)
    libreoffice(scratch, "xlsx", source)
    print("ok")


if __name__ == "__main__":
    {"check": check, "calculate": calculate, "fill": fill, "resave": resave}[sys.argv[1]](
        *sys.argv[2:])
