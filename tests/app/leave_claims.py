"""A village handed over and a service that ends, through the program: what moves, what arrives late, what goes from the phone."""
import re

import page_height
from quarantine_claims import HOUSE

GIVER, TAKER, LEAVER = "曾泽飞", "顾春娟", "田仁娟"
VILLAGE = "鱼泉村"
PASS = ["handover", "--from", GIVER, "--to", TAKER, "--village", VILLAGE]
YEAR = ["--from", "2026-01-01", "--to", "2026-12-31"]
went_before = {}  # other claims have sent him there as well


def visit(t, home, text):
    return t.run(home, "visit", "add", "--household_id", HOUSE, "--date", "2026-04-02", "--outcome", "见到户主", "--text", text,
                 "--demand", text + "要办", "--category", "饮水")


def texts(t, home):
    return sorted(v["text"] for v in t.run(home, "visit", "list", "--limit", "5000")["rows"] if v.get("text", "").startswith("移交"))


def people(t):
    return {p["name"] for p in t.run("desk", "person", "list", "--limit", "5000")["rows"] if len(p["name"]) > 1}


def diary(t, home, name):
    body = "到%s家,说起水管的事" % name
    t.run(home, "diary", "add", "--date", "2026-04-02", "--body", body)
    return body


def printed(t, home, *words):
    path = t.path(home + "-diary.html")
    done = t.run(home, "print", "diary", *words, "-o", path)
    with open(path, encoding="utf-8") as f:
        return done, f.read()


def responsible(t, home):
    rows = t.run(home, "report", "RP02", *YEAR, "--village", VILLAGE)["rows"]
    return {row["事项"]: row["责任人"] for row in rows if row["事项"].startswith("移交")}


def handover_takes_no_nonsense(t):
    t.invite_and_join("giver", GIVER, VILLAGE)
    t.invite_and_join("taker", TAKER, VILLAGE)
    t.run("desk", "pairing", "add", "--cadre_id", GIVER, "--household_id", HOUSE, "--from", "2026-01-05")
    for home in ["desk", "giver", "taker"]:
        t.run(home, "sync")
    went_before["giver"] = went(t)
    before = t.run("desk", "pairing", "list", "--limit", "5000")
    for code, home, words in [(2, "desk", PASS[:-2]), (2, "desk", [*PASS, "--on", "四月"]), (3, "desk", [*PASS, "--on", "2999-01-01"]),
                              (3, "desk", ["handover", "--from", GIVER, "--to", GIVER, "--village", VILLAGE]),
                              (3, "desk", ["handover", "--from", "没有的人", "--to", TAKER, "--village", VILLAGE]),
                              (3, "desk", [*PASS[:-1], "没有的村"]), (4, "taker", PASS),
                              (2, "desk", ["leave", LEAVER]), (2, "desk", ["leave", LEAVER, "--on", "月底"]),
                              (2, "desk", ["leave", "--on", "2026-04-30"]), (3, "desk", ["leave", "没有的人", "--on", "2026-04-30"]),
                              (4, "taker", ["leave", GIVER, "--on", "2026-04-30"])]:
        t.run(home, *words, expect=code)
    t.stop_server()
    try:
        t.run("desk", *PASS, expect=5)
    finally:
        t.start_server()
    assert t.run("desk", "pairing", "list", "--limit", "5000") == before


def handover_moves_pairings_and_issues_and_twice_is_once(t):
    visit(t, "giver", "移交之前")
    diary(t, "giver", sorted(people(t))[0])
    t.run("giver", "sync")
    t.run("desk", "sync")
    assert responsible(t, "desk") == {"移交之前要办": ""}
    visit(t, "giver", "移交之后才送到")
    done = t.run("desk", *PASS, "--on", "2026-04-01", "--reason", "轮岗")
    assert (done["pairings"], done["issues"], done["right"], done["given"], done["left"]) == (1, 1, True, True, 0), done
    assert responsible(t, "desk") == {"移交之前要办": TAKER}
    again = t.run("desk", *PASS)
    assert (again["pairings"], again["issues"], again["on"], again["chains"]) == (0, 0, "2026-04-01", 0), again
    pairs = {(p["cadre_id"], p["from"], p.get("to")) for p in t.run("desk", "pairing", "list", "--household_id", HOUSE)["rows"]
             if p["cadre_id"] in (GIVER, TAKER)}
    assert pairs == {(GIVER, "2026-01-05", "2026-03-31"), (TAKER, "2026-04-01", None)}, pairs


def handover_says_what_became_of_it_and_the_village_goes(t):
    told = t.run("giver", "sync")["gone"]
    assert [(g["village"], g["to"], g["dropped"]) for g in told] == [(VILLAGE, TAKER, True)] and told[0]["late"] > 0, told
    assert texts(t, "giver") == [] and t.run("giver", "search", "移交之前")["count"] == 0
    t.run("giver", "household", "show", HOUSE, expect=3)
    assert "gone" not in t.run("giver", "sync"), "told once"
    assert t.run("giver", "doctor")["ok"] is True
    name = sorted(people(t))[0]
    done, page = printed(t, "giver", "--mask")
    assert done["diaries"] == 1 and name not in page and "某人家" in page, page
    assert name in printed(t, "giver")[1], "his own diary is still his own"


def went(t):
    rows = t.run("desk", "report", "RP01", *YEAR, "--village", VILLAGE)["rows"]
    return sum(r["走访户次"] for r in rows if r["村/干部"] == GIVER)


def late_work_lands_with_the_successor_once(t):
    t.run("desk", "sync")
    t.run("taker", "sync")
    for home in ["desk", "taker"]:
        assert texts(t, home) == ["移交之前", "移交之后才送到"], home
        assert responsible(t, home) == {"移交之前要办": TAKER, "移交之后才送到要办": TAKER}, home
    assert went(t) == went_before["giver"] + 2, "whoever went there went there"


def leave_is_announced_and_then_ends_everything(t):
    t.invite_and_join("leaver", LEAVER, VILLAGE)
    t.run("leaver", "sync")
    name = sorted(people(t))[0]
    diary(t, "leaver", name)
    done = t.run("desk", "leave", LEAVER, "--on", "2999-04-30")
    assert done["announced"] is True and done["rights"] > 0, done
    assert t.run("leaver", "sync")["service_to"] == "2999-04-30"
    visit(t, "leaver", "移交:离岗之前")
    assert t.run("leaver", "sync")["unsent"] == 0
    visit(t, "leaver", "移交:离岗之后才送到")
    done = t.run("desk", "leave", LEAVER, "--on", "2026-04-30", "--reason", "退休")
    assert done["announced"] is False and done["left"] == 0, done
    row = [c for c in t.run("desk", "cadre", "list", "--limit", "5000")["rows"] if c["name"] == LEAVER][0]
    assert row["service_to"] == "2026-04-30", row
    told = t.run("leaver", "sync")
    assert [(g["village"], g["dropped"]) for g in told["gone"]] == [(VILLAGE, True)] and told["unsent"] == 0, told
    assert t.run("leaver", "cadre", "list")["count"] == 0 and texts(t, "leaver") == []
    done, page = printed(t, "leaver")
    assert done["masked"] == 1 and name not in page and LEAVER in page, page
    t.run("desk", "sync")
    assert "移交:离岗之后才送到" in texts(t, "desk")
    t.run("leaver", "visit", "add", "--household_id", HOUSE, "--date", "2026-05-02", "--outcome", "见到户主", "--text", "x", expect=3)
    assert "gone" not in t.run("leaver", "sync")


def a_short_diary_stays_whole_and_a_long_one_runs_on(t):
    for day, body in [("2025-01-02", "下村"), ("2025-01-03", "看了水渠。" * 400), ("2025-01-04", "一\n" * 30)]:
        t.run("desk", "diary", "add", "--date", day, "--body", body)
    page = printed(t, "desk", "--from", "2025-01-01", "--to", "2025-01-31")[1]
    kinds = re.findall(r"<article(.*?)>\n<h2>(.*?)</h2>", page)
    assert kinds == [(' class="short"', "2025-01-02"), ("", "2025-01-03"), ("", "2025-01-04")], kinds
    style = page_height.style_of(page)
    assert style[".short"]["break-inside"] == "avoid" and "break-inside" not in style["article"], style
    assert style["h2"]["break-after"] == "avoid", "no day stands alone at the foot of a page"


CLAIMS = [handover_takes_no_nonsense, handover_moves_pairings_and_issues_and_twice_is_once,
          handover_says_what_became_of_it_and_the_village_goes, late_work_lands_with_the_successor_once,
          leave_is_announced_and_then_ends_everything, a_short_diary_stays_whole_and_a_long_one_runs_on]
