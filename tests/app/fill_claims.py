"""Blanks of other offices, in the style of WPS and of Excel: filled, nothing else touched, cell by cell as LibreOffice opens them."""
import contextlib
import csv
import os
import re
import subprocess
import zipfile
from xml.etree import ElementTree

from ledger_claims import MAIN, OFFICE, SOFFICE_SECONDS, TABLE, TEXT
from township import Township

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
BASIS = ["--basis", "民发〔2026〕1号"]
ON = ["--on", "2026-04-02"]

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WPS_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="'
    + KIND + 'officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="' + KIND + 'worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="' + KIND + 'worksheet" Target="worksheets/sheet2.xml"/>'
    '<Relationship Id="rId3" Type="' + KIND + 'styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": "<workbook %s>" % NS + '<sheets><sheet name="花名册" sheetId="1" r:id="rId1"/><sheet name="填表说明" sheetId="2" '
    'r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">花名册!$A$1:$H$8</definedName></definedNames></workbook>',
    "xl/worksheets/sheet2.xml": "<worksheet %s>" % NS + '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>请如实填写</t></is></c></row></sheetData></worksheet>',
    STYLES: "<styleSheet %s>" % NS + '<fonts count="1"><font><sz val="12"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border/><border><left style="thin"/>'
    '<right style="thin"/><top style="thin"/><bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="1" applyBorder="1"><alignment '
    'horizontal="center" wrapText="1"/></xf><xf numFmtId="49" fontId="0" fillId="0" borderId="1" applyBorder="1"><alignment textRotation="255"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="1" applyBorder="1"/></cellXfs></styleSheet>',
}


def inline(ref, style, text):
    return '<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (ref, style, text)


def wps_blank(path):
    """Title, a line to sign, two header lines with merged and rotated cells, two prepared rows, totals with a formula, a note."""
    rows = ['<row r="1" ht="36" customHeight="1">' + inline("A1", 0, "全镇农户基本情况统计表") + "</row>",
            '<row r="2">' + inline("A2", 0, "填报单位：（盖章）") + inline("F2", 0, "填报时间：") + "</row>",
            '<row r="3">' + inline("A3", 2, "序\n号") + inline("B3", 1, "户编号") + inline("C3", 1, "户  主")
            + '<c r="D3" s="1"/>' + inline("E3", 1, "家庭\n人口\n（人）") + inline("F3", 1, "联系方式") + inline("G3", 1, "走访情况")
            + '<c r="H3" s="1"/></row>',
            '<row r="4"><c r="A4" s="2"/><c r="B4" s="1"/>' + inline("C4", 1, "姓名") + inline("D4", 1, "出生日期") + '<c r="E4" s="1"/><c r="F4" s="1"/>'
            + inline("G4", 1, "走访次数") + inline("H4", 2, "务工总收入") + "</row>"]
    for number in (5, 6):
        rows.append('<row r="%d" ht="22" customHeight="1">' % number + "".join('<c r="%s%d" s="3"/>' % (c, number) for c in "ABCDEFGH") + "</row>")
    rows.append('<row r="7">' + inline("A7", 3, "合计") + '<c r="E7" s="3"><f>SUM(E5:E6)</f><v>0</v></c></row>')
    rows.append('<row r="8">' + inline("A8", 0, "注：本表一式两份。") + "</row>")
    merges = ["A1:H1", "A2:D2", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:F4", "G3:H3", "A8:H8"]
    sheet = (HEAD + "<worksheet %s>" % NS + '<cols><col min="2" max="2" width="24" customWidth="1"/></cols><sheetData>' + "".join(rows)
             + '</sheetData><mergeCells count="%d">' % len(merges) + "".join('<mergeCell ref="%s"/>' % m for m in merges)
             + '</mergeCells><pageMargins left="0.5" right="0.5" top="1" bottom="1" header="0.5" footer="0.5"/>'
             '<pageSetup paperSize="9" orientation="landscape"/></worksheet>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**WPS_PARTS, SHEET: sheet}.items():
            archive.writestr(name, content if content.startswith("<?xml") else HEAD + content)


def excel_blank(t, path):
    """One header line under a title, as LibreOffice writes Excel's format: shared strings, styles by name, no prepared rows."""
    source = os.path.splitext(path)[0] + ".csv"
    with open(source, "w", encoding="utf-8") as f:
        f.write("村民花名册,,,,,,\n村（社区）,户编号,姓名,与户主关系,性别,出生日期,周岁\n")
    office(t, "xlsx", [source], os.path.dirname(path), "--infilter=CSV:44,34,76,1")


def office(t, kind, paths, folder, *options):
    line = ["soffice", "-env:UserInstallation=file://" + t.path("office-profile"), "--headless", "--norestore", *options, "--convert-to", kind,
            "--outdir", folder, *paths]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SOFFICE_SECONDS,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    made = [os.path.join(folder, os.path.splitext(os.path.basename(p))[0] + "." + kind.split(":")[0]) for p in paths]
    assert done.returncode == 0 and all(os.path.exists(path) for path in made), done.stdout
    return made


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(path):
    """{"B5": (style, type, text)} of the first sheet, read from the parts alone."""
    held = parts(path)
    shared = []
    if "xl/sharedStrings.xml" in held:
        shared = ["".join(x.text or "" for x in si.iter(MAIN + "t")) for si in ElementTree.fromstring(held["xl/sharedStrings.xml"]).iter(MAIN + "si")]
    out = {}
    for cell in ElementTree.fromstring(held[SHEET]).iter(MAIN + "c"):
        kind, value = cell.get("t", "n"), cell.findtext(MAIN + "v")
        if kind == "inlineStr":
            value = "".join(x.text or "" for x in cell.iter(MAIN + "t"))
        elif kind == "s":
            kind, value = "inlineStr", shared[int(value)]
        out[cell.get("r")] = (int(cell.get("s", "0")), kind, value)
    return out


def red_formats(path):
    styles = ElementTree.fromstring(parts(path)[STYLES])
    fills = [fill.find(".//" + MAIN + "fgColor") for fill in styles.find(MAIN + "fills")]
    red = {i for i, color in enumerate(fills) if color is not None and color.get("rgb") == "FFFF0000"}
    return {i for i, xf in enumerate(styles.find(MAIN + "cellXfs")) if int(xf.get("fillId", "0")) in red}


def office_rows(path):
    """Rows of (type, value, formula) of the first sheet as LibreOffice keeps them."""
    out = []
    first = next(ElementTree.parse(path).getroot().iter(TABLE + "table"))
    for row in first.iter(TABLE + "table-row"):
        line = []
        for cell in row:
            if not cell.tag.endswith("table-cell"):
                continue
            kind = cell.get(OFFICE + "value-type")
            value = cell.get(OFFICE + "date-value") or cell.get(OFFICE + "value")
            if kind == "string":
                value = "\n".join("".join(p.itertext()) for p in cell.iter(TEXT + "p"))
            line += [(kind, value, cell.get(TABLE + "formula"))] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 16)
        out += [line] * min(int(row.get(TABLE + "number-rows-repeated", "1")), 3)
    return out


@contextlib.contextmanager
def town(t):
    with Township(t.programs) as made:
        made.start_server()
        made.found()
        made.run("desk", "import", "roster", made.sample("roster-鱼泉村.csv"))
        made.run("desk", "import", "cadres", made.sample("cadres.csv"))
        made.run("desk", "import", "visits", made.sample("visits-2026-03.csv"), "--village", "鱼泉村")
        made.run("desk", "sync")
        yield made


def roster():
    """[(number, [people])] in the order of a form, by the file itself."""
    houses = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples", "township", "roster-鱼泉村.csv"),
              encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            houses.setdefault((int(row["组"]), row["户编号"]), []).append(row)
    return [houses[key] for key in sorted(houses)]


def head_of(people):
    return next(person for person in people if person["与户主关系"] == "户主")


def forms_of_wps_are_filled_and_keep_their_layout(t):
    with town(t) as made:
        blank, filled = made.path("空表.xlsx"), made.path("填好.xlsx")
        wps_blank(blank)
        asked = made.run("desk", "fill", blank, "-o", filled, *BASIS, *ON, expect=3)
        assert [q["header"] for q in asked["questions"]] == ["走访情况/务工总收入"] and "head.income" in str(asked), asked
        done = made.run("desk", "fill", blank, "-o", filled, *BASIS, *ON, "--map", "务工总收入=空着", expect=3)
        assert not os.path.exists(filled), done
        done = made.run("desk", "fill", blank, "-o", filled, *BASIS, *ON, "--map", "走访情况/务工总收入=空着", "--to", "县民政局")
        houses = roster()
        assert (done["about"], done["lines"], done["masked"], done["version"]) == ("户", len(houses), [], 1), done
        was, now = parts(blank), parts(filled)
        assert set(was) == set(now)
        assert [name for name in was if was[name] != now[name]] == ["xl/workbook.xml", STYLES, SHEET], "every other part byte for byte"
        assert b"$A$1:$H$%d" % (6 + len(houses)) in now["xl/workbook.xml"], "printed whole"
        before, after, red = cells(blank), cells(filled), red_formats(filled)
        for ref, cell in before.items():
            if int(re.sub(r"\D", "", ref)) <= 4:
                assert after[ref] == cell, ref
        sheet = ElementTree.fromstring(now[SHEET])
        merged = [m.get("ref") for m in sheet.iter(MAIN + "mergeCell")]
        assert merged == ["A1:H1", "A2:D2", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:F4", "G3:H3", "A%d:H%d" % ((6 + len(houses),) * 2)], merged
        assert {row.get("ht") for row in sheet.iter(MAIN + "row") if 5 <= int(row.get("r")) < 5 + len(houses)} == {"22"}
        fods = office_rows(office(t, "fods", [filled], made.folder)[0])
        visits = {}
        for row in made.run("desk", "visit", "list", "--limit", "100000")["rows"]:
            visits[row.get("household_id")] = visits.get(row.get("household_id"), 0) + 1
        for at, people in enumerate(houses):
            line, head = 5 + at, head_of(people)
            phones = {person["联系电话"] for person in people if person["联系电话"]}
            shown = fods[line - 1]
            assert shown[0][:2] == ("float", str(at + 1)), shown
            assert shown[1][:2] == ("string", head["户编号"]) and after["B%d" % line][1] == "inlineStr", shown
            assert shown[2][:2] == ("string", head["户主姓名"]), (shown, head)
            assert shown[3][:2] == ("date", head["出生日期"]), (shown, head)
            assert shown[4][:2] == ("float", str(len(people))), (shown, len(people))
            if phones:
                assert shown[5][0] == "string" and set(shown[5][1].split("、")) == phones, (shown, phones)
            else:
                assert shown[5][0] is None and after["F%d" % line][0] in red, "what is not held stands on red"
            assert shown[6][0] == "float" and all(cell[2] is None for cell in shown), shown
            assert shown[7][0] is None and after["H%d" % line][0] not in red, "left to be filled by hand"
        total = fods[4 + len(houses)]
        assert total[0][:2] == ("string", "合计") and float(total[4][1]) == sum(len(people) for people in houses), total
        assert total[4][2] and "E%d" % (4 + len(houses)) in total[4][2], "the form's own formula moved with its row"
        assert sum(float(fods[4 + at][6][1]) for at in range(len(houses))) == sum(n for house, n in visits.items() if house)
        again = made.run("desk", "fill", blank, "-o", filled, *BASIS, *ON, expect=1)
        assert "error" in again and parts(filled) == now, "no file is written over"
        changes_are_told_and_registered(made, blank, houses)


def changes_are_told_and_registered(made, blank, houses):
    first = houses[0][0]["户编号"]
    made.run("desk", "household", "amend", first, "--phones", "13900000077")
    out = made.path("变化.xlsx")
    done = made.run("desk", "fill", blank, "-o", out, *BASIS, *ON, "--to", "县民政局", "--changes")
    assert (done["lines"], done["version"]) == (1, 2), done
    assert {key: done["before"][key] for key in ("version", "lines", "changed", "new", "gone")} == {
        "version": 1, "lines": len(houses), "changed": 1, "new": 0, "gone": 0}, done
    assert cells(out)["B5"][2] == first and cells(out)["F5"][2] == "13900000077" and "B6" in cells(out)
    assert cells(out)["A7"][2] == "合计", "one prepared row was not needed"
    listed = made.run("desk", "fill", "--history", "--to", "县民政局")
    assert [(r["version"], r["changes_only"]) for r in listed["rows"]] == [(2, True), (1, False)], listed
    told = made.words("desk", "fill", "--history")
    assert "县民政局" in told and "民发〔2026〕1号" in told and "13900000077" not in told, told


def forms_of_excel_are_filled_with_people(t):
    with town(t) as made:
        blank, filled = made.path("花名册.xlsx"), made.path("花名册填好.xlsx")
        excel_blank(t, blank)
        masked = made.run("desk", "fill", blank, "-o", made.path("脱敏.xlsx"), *ON)
        assert set(masked["masked"]) == {"户编号", "姓名", "与户主关系", "性别", "出生日期", "周岁"} and masked["about"] == "人", masked
        assert all(re.fullmatch(r".\*+", cells(made.path("脱敏.xlsx"))["C%d" % line][2]) for line in range(3, 20))
        done = made.run("desk", "fill", blank, "-o", filled, *BASIS, *ON)
        people = [person for house in roster() for person in house]
        assert done["lines"] == len(people) and done["unknown"] == [], done
        rows = office_rows(office(t, "fods", [filled], made.folder)[0])[2:2 + len(people)]
        got = sorted((row[1][1], row[2][1], row[3][1], row[4][1], row[5][1]) for row in rows)
        assert {row[5][0] for row in rows} == {"date"} and {row[6][0] for row in rows} == {"float"}
        assert got == sorted((p["户编号"], p["姓名"], p["与户主关系"], p["性别"], p["出生日期"]) for p in people)
        for row in rows:
            year, month, day = map(int, row[5][1].split("-"))
            assert float(row[6][1]) == 2026 - year - ((4, 2) < (month, day)), row
        profiles_and_conditions(made, blank)
        made.invite_and_join("cadre", "龚海", "鱼泉村")
        made.run("cadre", "fill", blank, "-o", made.path("不许.xlsx"), expect=4)
        assert not os.path.exists(made.path("不许.xlsx"))


def profiles_and_conditions(made, blank):
    made.run("desk", "profile", "add", "--name", "县档案馆", "--encoding", "GB18030", "--columns", "姓名、户编号", "--name_style", "脱敏",
             "--basis", "档发2号")
    out = made.path("档案.csv")
    made.run("desk", "fill", blank, "-o", out, *ON, "--profile", "县档案馆", "--where", "与户主关系=户主", "--where", "组=1")
    with open(out, encoding="gb18030", newline="") as f:
        rows = list(csv.reader(f))
    expected = [head_of(house) for house in roster() if house[0]["组"] == "1"]
    assert rows[0] == ["姓名", "户编号"] and [row[1] for row in rows[1:]] == [head["户编号"] for head in expected], rows[:3]
    assert all(row[0][1:].strip("*") == "" for row in rows[1:]), rows[:3]
    made.run("desk", "fill", blank, "-o", made.path("坏.xlsx"), "--where", "没有这项=1", expect=3)
    made.run("desk", "fill", blank, "-o", made.path("坏.xlsx"), "--profile", "没有", expect=3)
    made.run("desk", "fill", blank, expect=2)


LISTED = ["一般", "脱贫户", "低保户", "特困户", "边缘户", "其他"]


def listed_blank(path):
    """A list of allowed values beside the table, an example person, a formula in each prepared row, two totals; the table is the second sheet."""
    head = ["序号", "户主姓名", "家庭人口", "标准", "金额"]
    rows = {1: inline("A1", 0, "补助花名册"), 2: "".join(inline("ABCDE"[i] + "2", 1, text) for i, text in enumerate(head)),
            3: '<c r="A3" s="3"><v>1</v></c>' + inline("B3", 3, "例：张三") + '<c r="C3" s="3"><v>3</v></c><c r="D3" s="3"><v>100</v></c>'
            '<c r="E3" s="3"><f>C3*D3</f></c>',
            6: inline("A6", 3, "合计") + '<c r="C6" s="3"><f>SUM(C3:C5)</f></c><c r="D6" s="3"/><c r="E6" s="3"><f>SUM(E3:E5)</f></c>'}
    for n in (4, 5):
        rows[n] = "".join('<c r="%s%d" s="3"/>' % (c, n) for c in "ABC") + '<c r="D%d" s="3"><v>100</v></c><c r="E%d" s="3"><f>C%d*D%d</f></c>' % ((n,) * 4)
    for at, value in enumerate(["户类型"] + LISTED):
        rows[2 + at] = rows.get(2 + at, "") + inline("H%d" % (2 + at), 0, value)
    sheet = "<worksheet %s><sheetData>" % NS + "".join('<row r="%d">%s</row>' % row for row in sorted(rows.items())) + "</sheetData></worksheet>"
    cover = WPS_PARTS["xl/worksheets/sheet2.xml"]
    names = WPS_PARTS["xl/workbook.xml"].replace("花名册!$A$1:$H$8", "花名册!$A$1")
    content = {**WPS_PARTS, "xl/workbook.xml": names, SHEET: cover, "xl/worksheets/sheet2.xml": sheet}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, HEAD + part)


def computed(t, path):
    """The second sheet's cells as LibreOffice computes them."""
    made = office(t, "fods", [path], t.folder)[0]
    tables = list(ElementTree.parse(made).getroot().iter(TABLE + "table"))
    out = []
    for row in tables[1].iter(TABLE + "table-row"):
        line = []
        for cell in row:
            if cell.tag.endswith("table-cell"):
                value = cell.get(OFFICE + "value") or "".join("".join(p.itertext()) for p in cell.iter(TEXT + "p"))
                line += [value] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 16)
        out += [line + [""] * 8] * min(int(row.get(TABLE + "number-rows-repeated", "1")), 3)
    return out


def forms_with_lists_and_examples_are_filled_beside_and_below_them(t):
    with town(t) as made:
        blank, filled = made.path("补助.xlsx"), made.path("补助填好.xlsx")
        listed_blank(blank)
        message = made.run("desk", "fill", blank, "-o", filled, *BASIS, expect=3)["error"]["message"]
        assert "花名册" in message and "填表说明" in message and "--sheet" in message and not os.path.exists(filled), message
        chosen = ["--sheet", "填表说明", "--where", "组=1", *BASIS, *ON]
        done = made.run("desk", "fill", blank, "-o", filled, *chosen)
        houses = [house for house in roster() if house[0]["组"] == "1"]
        assert (done["about"], done["lines"], done["sheet"], done["standing"], done["standing_stays"]) == (
            "户", len(houses), "填表说明", [{"line": 3, "what": "sample"}], True), done
        rows = computed(made, filled)
        people = [len(house) for house in houses]
        assert rows[2][:5] == ["1", "例：张三", "3", "100", "300"], rows[2]
        for at, house in enumerate(houses):
            assert rows[3 + at][:5] == [str(at + 1), head_of(house)["户主姓名"], str(people[at]), "100", str(100 * people[at])], rows[3 + at]
        assert rows[3 + len(houses)][:5] == ["合计", "", str(sum(people) + 3), "", str(100 * sum(people) + 300)], rows[3 + len(houses)]
        assert [row[7] for row in rows[1:8]] == ["户类型"] + LISTED and not any(row[7] for row in rows[8:]), "the list stays whole"
        again = made.path("补助不要示例.xlsx")
        made.run("desk", "fill", blank, "-o", again, "--sample", "去", *chosen)
        rows = computed(made, again)
        assert rows[2][1] == head_of(houses[0])["户主姓名"] and rows[2 + len(houses)][2] == str(sum(people)), rows[2]
        told = made.words("desk", "fill", blank, "-o", made.path("再来.xlsx"), *chosen)
        assert "第 3 行是示例" in told and "没有填:花名册" in told, told
        nothing_is_filled_with_nothing(made)


def nothing_is_filled_with_nothing(made):
    form, out = made.path("通知.csv"), made.path("通知填好.csv")
    with open(form, "w", encoding="utf-8") as f:
        f.write("通知\n甲,乙,丙\n,,\n")
    before = made.run("desk", "fill", "--history")["count"]
    message = made.run("desk", "fill", form, "-o", out, "--to", "县民政局", *BASIS, expect=3)["error"]["message"]
    assert "第 2 行:甲、乙、丙" in message and not os.path.exists(out) and made.run("desk", "fill", "--history")["count"] == before, message
    told = made.words("desk", "fill", form, "-o", out, "--map", "甲=户主姓名", *BASIS)
    assert "红" not in told and "留空:乙、丙" in told, told
    made.invite_and_join("cadre", "龚海", "鱼泉村")
    message = made.run("cadre", "fill", form, "-o", made.path("不许.csv"), expect=4)["error"]["message"]
    assert "管理员或内勤" in message and "minqing members" in message, message


CLAIMS = [forms_with_lists_and_examples_are_filled_beside_and_below_them, forms_of_wps_are_filled_and_keep_their_layout, forms_of_excel_are_filled_with_people]
