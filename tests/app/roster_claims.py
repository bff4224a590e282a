"""Rosters that live: households split, merge and move, doubles are found, and every step can be taken back."""
from input_claims import row_of, worksheet, xlsx
from township import Township

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]
FIRST, SECOND = "999999100201010001", "999999100201010002"


def due(t, village=None):
    """应走访户数 of every village, in order."""
    rows = t.run("desk", "report", "RP01", *MARCH)["rows"]
    found = {row["村/干部"]: row["应走访户数"] for row in rows if row["层级"] == "村"}
    return found[village] if village else found


def people(t, number):
    return {row["name"]: row for row in t.run("desk", "person", "list", "--household_id", number)["rows"]}


def a_household_splits_and_is_whole_again(t):
    before = due(t)
    head = t.run("desk", "household", "show", FIRST)["head_person_id"]
    leaver = next(name for name in people(t, FIRST) if name != head)
    done = t.run("desk", "household", "split", FIRST, "--people", leaver, "--on", "2026-03-04", "--reason", "分家")
    assert due(t)["鱼泉村"] == before["鱼泉村"] + 1, due(t)
    fresh = t.run("desk", "household", "show", done["household"])
    assert fresh["household_no"].startswith("L") and fresh["head_person_id"] == leaver, fresh
    change = t.run("desk", "change", "show", done["id"])
    assert (change["kind"], change["on"], change["reason"]) == ("分户", "2026-03-04", "分家"), change
    assert t.run("desk", "change", "list")["count"] == 1
    assert t.run("desk", "change", "undo", done["id"])["saved"]
    assert due(t) == before and set(people(t, FIRST)) == {head, leaver}
    t.run("desk", "change", "undo", done["id"], expect=3)
    t.run("desk", "change", "amend", done["id"], "--reason", "x", expect=2)


def a_move_and_a_merger_are_counted_where_people_are(t):
    before = due(t)
    moved = t.run("desk", "household", "move", FIRST, "--village", "松树坪村", "--on", "2026-03-05")["id"]
    assert (due(t)["鱼泉村"], due(t)["松树坪村"]) == (before["鱼泉村"] - 1, before["松树坪村"] + 1), due(t)
    listed = [row["household_no"] for row in t.run("desk", "household", "list", "--village", "鱼泉村", "--limit", "2000")["rows"]]
    assert FIRST not in listed and SECOND in listed
    t.run("desk", "household", "merge", SECOND, "--into", FIRST, expect=3)
    t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
    assert due(t)["松树坪村"] == before["松树坪村"] + 1, "the old roster moves nobody back"
    t.run("desk", "change", "undo", moved)
    later = t.run("desk", "household", "merge", SECOND, "--into", FIRST, "--on", "2026-04-01")["id"]
    assert due(t) == before, "what was done in April leaves March as it was"
    t.run("desk", "change", "undo", later)
    merged = t.run("desk", "household", "merge", SECOND, "--into", FIRST, "--on", "2026-03-06")["id"]
    assert due(t)["鱼泉村"] == before["鱼泉村"] - 1
    assert t.run("desk", "household", "show", SECOND)["status"] == "注销"
    t.run("desk", "change", "undo", merged)
    assert due(t) == before


def doubles_are_found_tied_together_and_parted(t):
    before, known = due(t), t.run("desk", "person", "duplicates")["count"]
    head = t.run("desk", "household", "show", SECOND)
    born = people(t, SECOND)[head["head_person_id"]]["birth"]
    twin = t.run("desk", "household", "add", "--village", "鱼泉村", "--head_name", head["head_person_id"],
                 *(["--phones", head["phones"][0]] if head.get("phones") else []))
    t.run("desk", "person", "amend", twin["person"], "--birth", born)
    pairs = t.run("desk", "person", "duplicates", "--village", "鱼泉村")["rows"]
    mine = [p for p in pairs if twin["person"] in (p["a"], p["b"])]
    assert len(mine) == 1 and mine[0]["why"] == "同名同生日", pairs
    houses = t.run("desk", "household", "duplicates")["rows"]
    assert [p for p in houses if twin["id"] in (p["a"], p["b"])], houses
    assert t.run("desk", "doctor")["duplicates"]["people"] == known + 1 == t.run("desk", "today")["duplicates"]
    number = t.run("desk", "household", "show", twin["id"])["household_no"]
    tied = t.run("desk", "household", "merge", number, "--into", SECOND, "--same")["id"]
    assert due(t) == before and t.run("desk", "household", "show", number)["household_no"] == SECOND
    assert t.run("desk", "person", "duplicates")["count"] == known
    t.run("desk", "change", "undo", tied)
    t.run("desk", "person", "distinct", mine[0]["a"], mine[0]["b"])
    assert t.run("desk", "person", "duplicates")["count"] == known, "not asked again"


def merged_villages_are_one_row(t):
    before = due(t)
    done = t.run("desk", "unit", "merge", "松树坪村", "--into", "鱼泉村", "--on", "2026-03-10")["id"]
    after = due(t)
    assert "松树坪村" not in after and after["鱼泉村"] == before["鱼泉村"] + before["松树坪村"], after
    early = t.run("desk", "report", "RP01", "--from", "2026-03-01", "--to", "2026-03-09")["rows"]
    assert {row["村/干部"] for row in early if row["层级"] == "村"} >= {"鱼泉村", "松树坪村"}
    t.run("desk", "household", "add", "--village", "松树坪村", "--head_name", "新来的", expect=3)
    t.run("desk", "change", "undo", done)
    assert due(t) == before


def a_workbook_says_what_of_it_was_read(t):
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = ["一组", "二组"]
    head = ["户编号", "姓名", "村", "性别", "QQ号"]
    sheets = [worksheet(row_of(*head) + row_of("HZ%d" % i, "郑%s" % name[0], "鱼泉村", "男", "9").replace('1"', '2"'))
              for i, name in enumerate(names)]
    xlsx(t.path("groups.xlsx"), sheets[0], **{
        "xl/workbook.xml": '<workbook xmlns:r="%s"><sheets>%s</sheets></workbook>' % (office, "".join(
            '<sheet name="%s" sheetId="%d" r:id="s%d"/>' % (name, i + 1, i) for i, name in enumerate(names))),
        "xl/_rels/workbook.xml.rels": "<Relationships>%s</Relationships>" % "".join(
            '<Relationship Id="s%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>' % (i, office, i + 1) for i in range(2)),
        "xl/worksheets/sheet2.xml": sheets[1]})
    done = t.run("desk", "import", "roster", t.path("groups.xlsx"), "--dry-run")
    assert (done["sheet"], done["unread_sheets"], done["unread_columns"]) == ("一组", ["二组"], ["QQ号"]), done
    told = t.words("desk", "import", "roster", t.path("groups.xlsx"), "--dry-run")
    assert "二组" in told and "--sheet" in told and "QQ号" in told, told
    done = t.run("desk", "import", "roster", t.path("groups.xlsx"), "--sheet", "二组")
    assert (done["sheet"], done["stored"], list(people(t, "HZ1"))) == ("二组", 1, ["郑二"]), done
    t.run("desk", "import", "roster", t.path("groups.xlsx"), "--sheet", "三组", expect=3)


def rosters_live(t):
    """A township of its own, so that no other claim counts its households."""
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        for village in ["鱼泉村", "松树坪村"]:
            own.run("desk", "import", "roster", own.sample("roster-%s.csv" % village))
        for claim in [a_household_splits_and_is_whole_again, a_move_and_a_merger_are_counted_where_people_are,
                      doubles_are_found_tied_together_and_parted, merged_villages_are_one_row,
                      a_workbook_says_what_of_it_was_read]:
            claim(own)


CLAIMS = [rosters_live]
