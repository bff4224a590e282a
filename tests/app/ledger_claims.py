"""Ledgers as files: every cell of the workbook and of the page is that of the ledger, also as LibreOffice opens it."""
import contextlib
import csv
import datetime
import html.parser
import io
import json
import os
import re
import subprocess
import zipfile
from xml.etree import ElementTree

from township import Township

LEDGERS = ["RP01", "RP02", "RP03", "RP04", "RP05", "RP06", "RP07", "RP08", "RP09", "RP10", "RP11", "RP14", "RP17"]
PERIOD = ["--from", "2026-03-01", "--to", "2026-03-31"]
QUARTER = ["--from", "2026-01-01", "--to", "2026-03-31"]
DATES = {"登记日期", "时限", "办结日期", "兑现日期", "完成时间", "日期"}
MONEY = {"资金", "资金(元)"}
TEXTS = ["=1+1", "+1+cmd|' /C calc'!A0", "@SUM(A1:A9)", "007", "1/2", "2026-03-05", "<b>&\"甲\"</b>", "一行\n又一行", "_x0041_"]
EPOCH = datetime.date(1899, 12, 30)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
SOFFICE_SECONDS = 300
# Something in every ledger.
BOOKS = [
    ["meeting", "add", "--village", "鱼泉村", "--group_no", "1", "--date", "2026-03-29", "--attendees", "31"],
    ["reception", "add", "--leader_id", "曾泽飞", "--date", "2026-03-02", "--place", "赶集摊位", "--batches", "2", "--people", "9",
     "--text", "=1+1"],
    ["deed", "add", "--title", "修水渠", "--village", "鱼泉村", "--done_on", "2026-03-31", "--households", "40", "--people", "130",
     "--money", "776.15", "--owner_id", "曾泽飞"],
    ["deed", "add", "--title", "送煤", "--village", "松树坪村", "--done_on", "2026-03-30", "--households", "2", "--people", "5",
     "--money", "300", "--owner_id", "曾泽飞"],
    ["commitment", "add", "--village", "鱼泉村", "--kind", "年度", "--text", "修桥", "--due", "2026-03-31", "--owner_id", "曾泽飞",
     "--proposed_on", "2026-01-10"],
    ["dispute", "add", "--village", "鱼泉村", "--parties", "甲某、乙某", "--kind", "邻里", "--found_on", "2026-03-06", "--text", "界石",
     "--people", "2"]]


class Ledger:
    """One ledger in every format, made by the program."""

    def __init__(self, town, report):
        self.report = report
        period = QUARTER if report == "RP17" else PERIOD
        self.json = town.run("desk", "report", report, *period, "--format", "json")
        for kind in ["csv", "xlsx", "html"]:
            done = town.run("desk", "report", report, *period, "--format", kind, "-o", town.path("%s.%s" % (report, kind)))
            assert done == {"file": town.path("%s.%s" % (report, kind)), "report": report, "rows": len(self.json["rows"])}, done
        with open(town.path(report + ".csv"), encoding="utf-8-sig", newline="") as f:
            self.csv = [[re.sub(r"^'(?=[=+\-@\t\r])", "", cell) for cell in row] for row in csv.reader(f)]
        with open(town.path(report + ".html"), encoding="utf-8") as f:
            self.html = f.read()
        self.xlsx = town.path(report + ".xlsx")

    def rows(self):
        """As json has them, the totals last."""
        return self.json["rows"] + ([self.json["totals"]] if self.json["totals"] else [])

    def shares(self):
        return {name for row in self.rows() for name, value in row.items() if isinstance(value, dict)}

    def header(self):
        return [part for name in self.json["columns"] for part in [name] + ([name + "分子", name + "分母"] if name in self.shares() else [])]

    def shown(self):
        """The rows of the table as csv has them."""
        at = self.csv.index(self.json["columns"])
        return self.csv[at + 1:]


def ledgers(t):
    """Made once: the sample township's month, and issues whose words look like something else."""
    if not hasattr(t, "ledgers"):
        folder = t.path("ledgers")
        with town_with_a_month(t) as town:
            t.ledgers = [Ledger(town, report) for report in LEDGERS]
            os.mkdir(folder)
            for ledger in t.ledgers:
                os.rename(ledger.xlsx, os.path.join(folder, ledger.report + ".xlsx"))
                ledger.xlsx = os.path.join(folder, ledger.report + ".xlsx")
    return t.ledgers


@contextlib.contextmanager
def town_with_a_month(t):
    with Township(t.programs) as town:
        town.start_server()
        town.found()
        for village in ["鱼泉村", "松树坪村", "清渭社区"]:
            town.run("desk", "import", "roster", town.sample("roster-%s.csv" % village))
        for kind in ["cadres", "pairings"]:
            town.run("desk", "import", kind, town.sample(kind + ".csv"))
        for village in ["鱼泉村", "松树坪村", "清渭社区"]:
            town.run("desk", "import", "visits", town.sample("visits-2026-03.csv"), "--village", village)
        for text in TEXTS:
            town.run("desk", "issue", "add", "--village", "鱼泉村", "--category", "环保", "--registered_on", "2026-03-05", "--title", text,
                     "--text", text)
        for words in BOOKS:
            town.run("desk", *words)
        yield town


def in_print(name):
    """With the wide brackets of Chinese print."""
    return re.sub(r"\((.*?)\)", r"（\1）", name)


def unescaped(found):
    return chr(int(found.group(1), 16))


class Workbook:
    """Cells by place as (type, value, number format), read from the parts alone."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        texts = ["".join(t.text or "" for t in si.iter(MAIN + "t")) for si in self.xml("xl/sharedStrings.xml").iter(MAIN + "si")]
        styles = self.xml("xl/styles.xml")
        codes = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(MAIN + "numFmt")}
        formats = [codes.get(xf.get("numFmtId"), int(xf.get("numFmtId"))) for xf in styles.find(MAIN + "cellXfs")]
        self.rows = []
        for row in self.xml("xl/worksheets/sheet1.xml").iter(MAIN + "row"):
            cells = []
            for cell in row.iter(MAIN + "c"):
                value = cell.findtext(MAIN + "v")
                if cell.get("t") == "s":
                    cells.append(("text", re.sub(r"_x([0-9A-F]{4})_", unescaped, texts[int(value)]), formats[int(cell.get("s"))]))
                else:
                    cells.append(("none" if value is None else "number", value, formats[int(cell.get("s"))]))
            self.rows.append(cells)

    def xml(self, name):
        return ElementTree.fromstring(self.parts[name])


def expected_cells(ledger, row):
    """What a row of json is in a workbook, cell by cell."""
    out = []
    for name in ledger.json["columns"]:
        value = row.get(name)
        if isinstance(value, dict):
            n, d = value["numerator"], value["denominator"]
            out += [("number", n / d, "0.0%") if d > 0 else ("text", "—", 49), ("number", n, 1), ("number", d, 1)]
            continue
        if value is None or value == "":
            out.append(("none", None, 49))
        elif isinstance(value, int) and (name in MONEY or row.get("指标") in MONEY):
            out.append(("number", value / 100, 2))
        elif isinstance(value, int):
            out.append(("number", value, 1))
        elif name in DATES:
            out.append(("number", (datetime.date.fromisoformat(value) - EPOCH).days, "yyyy\\-mm\\-dd"))
        else:
            out.append(("text", value, 49))
        if name in ledger.shares():
            out += [("none", None, 49)] * 2
    return out


def ledger_workbooks_hold_every_cell_with_its_type(t):
    dates = shares = 0
    for ledger in ledgers(t):
        book = Workbook(ledger.xlsx)
        assert book.rows[0][0][1] == "%s %s" % (ledger.report, ledger.json["title"]), book.rows[0]
        first = "2026-01-01" if ledger.report == "RP17" else "2026-03-01"
        assert book.rows[1][0][1].startswith("统计期：%s 至 2026-03-31，" % first), book.rows[1]
        assert [cell[1] for cell in book.rows[2]] == ledger.header(), book.rows[2]
        for number, row in enumerate(ledger.rows()):
            got = [(kind, float(value) if kind == "number" else value, code) for kind, value, code in book.rows[3 + number]]
            assert got == expected_cells(ledger, row), (ledger.report, number, got, expected_cells(ledger, row))
            dates += sum(code == "yyyy\\-mm\\-dd" for _, _, code in got)
            shares += sum(code == "0.0%" for _, _, code in got)
        notes = [row[0][1] for row in book.rows[3 + len(ledger.rows()):]]
        for name in ledger.json["basis"]:
            assert name in ("complete", "统计期") or any(note.startswith(in_print(name) + "：") for note in notes), (name, notes)
        for village in ledger.json["basis"]["complete"]:
            assert any(note.startswith("完整性 %s：" % village) for note in notes), (village, notes)
        assert notes[-1].startswith("签发人：") and any(note.startswith("版本：") for note in notes), notes
    assert dates > 100 and shares > 10, (dates, shares)


def ledger_workbooks_run_nothing_and_name_nobody(t):
    for ledger in ledgers(t):
        book = Workbook(ledger.xlsx)
        sheet = book.xml("xl/worksheets/sheet1.xml")
        assert not list(sheet.iter(MAIN + "f")) and not list(sheet.iter(MAIN + "hyperlink"))
        tags = [child.tag.rsplit("}")[-1] for child in book.xml("docProps/core.xml")]
        assert tags == ["created", "modified"], tags
        assert not [name for name in book.parts if "external" in name.lower() or name.endswith((".bin", "app.xml"))], book.parts.keys()
        pane = next(sheet.iter(MAIN + "pane"))
        assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "3"), pane.attrib
    titles = [row["事项"] for row in ledgers(t)[LEDGERS.index("RP02")].json["rows"]]
    assert all(text in titles for text in TEXTS), "each planted text stands in RP02"


def converted(t, kind, options=""):
    """All workbooks as LibreOffice saves them, in one run of it."""
    folder = t.path("office-" + kind)
    line = ["soffice", "-env:UserInstallation=file://" + t.path("office-profile"), "--headless", "--norestore", "--convert-to", kind + options,
            "--outdir", folder, *[ledger.xlsx for ledger in ledgers(t)]]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SOFFICE_SECONDS,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    paths = [os.path.join(folder, "%s.%s" % (ledger.report, kind)) for ledger in ledgers(t)]
    assert done.returncode == 0 and all(os.path.exists(path) for path in paths), done.stdout
    return paths


def as_csv_has_it(ledger, row):
    """A row of the workbook as shown, the three cells of a share put together."""
    out, at = [], 0
    for name in ledger.json["columns"]:
        if name in ledger.shares():
            percent, numerator, denominator = row[at:at + 3]
            out.append("%s/%s %s" % (numerator, denominator, percent) if percent.endswith("%") else percent)
            at += 3
        else:
            out.append(row[at])
            at += 1
    assert at == len(row), (at, row)
    return out


def ledger_workbooks_show_in_libreoffice_what_csv_says(t):
    for ledger, path in zip(ledgers(t), converted(t, "csv", ":Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true")):
        with open(path, encoding="utf-8", newline="") as f:
            rows = list(csv.reader(f))
        assert rows[2] == ledger.header(), (rows[2], ledger.header())
        for number, expected in enumerate(ledger.shown()):
            got = as_csv_has_it(ledger, rows[3 + number])
            assert got == expected, (ledger.report, number, got, expected)


def office_cells(path):
    """Rows of (type, value) as LibreOffice keeps them."""
    out = []
    for row in ElementTree.parse(path).getroot().iter(TABLE + "table-row"):
        cells = []
        for cell in row:
            kind = cell.get(OFFICE + "value-type")
            value = cell.get(OFFICE + "date-value") or cell.get(OFFICE + "value")
            if kind == "string":
                value = "\n".join("".join(p.itertext()) for p in cell.iter(TEXT + "p"))
            assert cell.get(TABLE + "formula") is None, value
            cells += [(kind, value)] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 64)
        out += [cells] * min(int(row.get(TABLE + "number-rows-repeated", "1")), 2)
    return out


def ledger_workbooks_are_numbers_and_dates_to_libreoffice(t):
    for ledger, path in zip(ledgers(t), converted(t, "fods")):
        rows = office_cells(path)
        for number, row in enumerate(ledger.rows()):
            got = rows[3 + number]
            for at, (kind, value, code) in enumerate(expected_cells(ledger, row)):
                where = (ledger.report, number, ledger.header()[at], got[at], value)
                if kind == "none":
                    assert got[at][0] is None, where
                elif kind == "text":
                    assert got[at] == ("string", value), where
                elif code == "0.0%":
                    assert got[at][0] == "percentage" and abs(float(got[at][1]) - value) < 1e-12, where
                elif code in (1, 2):
                    assert got[at][0] == "float" and float(got[at][1]) == value, where
                else:
                    assert got[at] == ("date", (EPOCH + datetime.timedelta(days=value)).isoformat()), where


class Page(html.parser.HTMLParser):
    """Cells by row, paragraphs, and every tag and attribute that was met."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.lines, self.tags, self.attributes, self.kinds = [], [], set(), set(), []
        self.into = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
            self.into = self.rows[-1]
        elif tag in ("p", "h1"):
            self.lines.append("")
            self.into = self.lines

    def handle_endtag(self, tag):
        if tag in ("th", "td", "p", "h1"):
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data


def ledger_pages_print_what_csv_says(t):
    across = {}
    for ledger in ledgers(t):
        page = Page(ledger.html)
        assert page.rows == [ledger.json["columns"], *ledger.shown()], ledger.report
        assert ledger.html.count("<thead>") == 1 and "thead { display: table-header-group; }" in ledger.html
        assert page.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "table", "thead", "tbody", "tr", "th", "td"}, page.tags
        assert page.attributes <= {"lang", "charset", "http-equiv", "content", "class"}, page.attributes
        assert not re.search(r"url\(|@import|https?:", ledger.html)
        for name in ledger.json["basis"]:
            assert name == "complete" or any(line.startswith(in_print(name) + "：") for line in page.lines), (name, page.lines)
        assert any(line.startswith("完整性 鱼泉村：") for line in page.lines) and page.lines[-1].startswith("签发人："), page.lines
        for line in page.lines:
            assert not re.search(r"[\u4e00-\u9fff][,:;()]|[,:;()][\u4e00-\u9fff]", line), line
        across[ledger.report] = "size: A4 landscape;" in ledger.html
    assert across["RP01"] and across["RP02"] and not across["RP04"] and not across["RP06"], across


def ledger_formats_are_asked_for_sensibly(t):
    for words in [["--format", "xlsx"], ["--format", "pdf"], ["--format", "xlsx", "-o"], ["--format", "pdf", "-o", t.path("a.pdf")]]:
        done = subprocess.run(t.line("desk", "report", "RP06", *PERIOD, *words), env=t.environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120)
        assert done.returncode == 2 and b"PK" not in done.stdout, (words, done)
    assert "-o" in json.loads(subprocess.run(t.line("desk", "report", "RP06", *PERIOD, "--format", "xlsx"), env=t.environment(),
                                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)["error"]["message"]
    assert not os.path.exists(t.path("a.pdf"))
    shown = subprocess.run([word for word in t.line("desk", "report", "RP06", *PERIOD, "--format", "html") if word != "--json"],
                           env=t.environment(), stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    assert shown.startswith("<!doctype html>") and io.StringIO(shown).readlines()[-1] == "</html>\n"


CLAIMS = [ledger_workbooks_hold_every_cell_with_its_type, ledger_workbooks_run_nothing_and_name_nobody,
          ledger_workbooks_show_in_libreoffice_what_csv_says, ledger_workbooks_are_numbers_and_dates_to_libreoffice,
          ledger_pages_print_what_csv_says, ledger_formats_are_asked_for_sensibly]
