"""An issue handed out to a unit on a device of its own: what it gets, what it never gets, and what it does."""
import os

from township import Township

HOUSE = "999999100201010001"
SECRET, REPORTER, PHONE = "只写在走访里的话", "不愿留名的人", "13911112222"


def holds(folder, words):
    """Whether any file below holds them as they stand."""
    for root, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(root, name), "rb") as file:
                content = file.read()
            if any(word.encode(code) in content for word in words for code in ("utf-8", "utf-16-le", "gb18030")):
                return os.path.join(root, name)
    return None


def sync(t, *homes):
    for home in homes:
        t.run(home, "sync")


def handouts_go_to_the_unit_and_what_it_does_comes_back(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        own.run("desk", "import", "roster", own.sample("roster-鱼泉村.csv"))
        own.run("desk", "unit", "add", "--name", "民政办")
        own.run("desk", "invite", "--role", "unit", "--name", "小李", "--unit", "没有的站", expect=3)
        own.run("desk", "invite", "--role", "cadre", "--name", "小李", "--village", "鱼泉村", "--unit", "民政办", expect=2)
        code = own.run("desk", "invite", "--role", "unit", "--name", "小李", "--unit", "民政办")["code"]
        own.run("unit", "join", code)
        visit = own.run("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主", "--text", SECRET,
                        "--demand", "低保没有发下来", "--category", "社保")
        issue = visit["issue"]
        own.run("desk", "issue", "amend", issue, "--reporter", REPORTER, "--phone", PHONE, "--reporter_masked", "是")
        own.run("desk", "issue", "accept", issue, "--due_at", "2099-03-20 18:00")
        own.run("desk", "issue", "assign", issue, "--to_org", "民政办")
        sync(own, "desk", "unit")
        given = own.run("unit", "handout", "list")["rows"]
        assert [(row["text"], row["state"], row["village"]) for row in given] == [("低保没有发下来", "已交办", "鱼泉村")], given
        assert not {"reporter", "phone"} & set(given[0]), given
        for words in [["visit", "list"], ["issue", "list"], ["household", "list"], ["diary", "list"], ["cadre", "list"]]:
            assert own.run("unit", *words)["count"] == 0, words
        for words in [SECRET, REPORTER, PHONE]:
            assert own.run("unit", "search", words)["count"] == 0, words
        assert own.run("unit", "search", "低保")["count"] == 1
        for folder in ["unit", "server"]:
            assert holds(own.path(folder), [SECRET, REPORTER, PHONE, "低保没有发下来"]) is None, folder
        assert holds(os.path.dirname(os.path.abspath(__file__)), [SECRET]), "the search finds what is there"
        due = own.run("unit", "today")["items"]
        assert [(item["entity"], item["what"], item["when"]) for item in due] == [("handout", "低保没有发下来", "2099-03-20")], due
        assert own.run("unit", "status")["unsent"] == 0
        shown = own.run("desk", "issue", "show", issue)
        assert shown["held_by"] == "民政办" and shown["held_since"], shown
        handout = given[0]["id"]
        own.run("desk", "handout", "sign", handout, expect=4)
        own.run("unit", "handout", "answer", handout, "--result", "好了", expect=3)
        own.run("unit", "handout", "cancel", handout, "--reason", "x", expect=3)
        own.run("unit", "handout", "sign", handout, "--handler", "小李")
        own.run("unit", "handout", "progress", handout, "--progress", "查了名单、银行")
        sync(own, "unit", "desk", "desk")
        shown = own.run("desk", "issue", "show", issue)
        assert shown["state"] == "办理中" and [hop.split(" ", 2)[2] for hop in shown["hops"]].count("签收(民政办)") == 1, shown
        own.run("unit", "handout", "answer", handout, "--result", "已补发")
        sync(own, "unit", "desk")
        shown = own.run("desk", "issue", "show", issue)
        assert (shown["state"], shown["result"], shown["held_by"]) == ("待审核", "已补发", "民情办"), shown
        assert "民情办" in own.words("desk", "issue", "show", issue)
        own.run("desk", "issue", "close", issue, "--closure", "已解决")
        assert "held_by" not in own.run("desk", "issue", "show", issue)
        assert own.run("unit", "today")["items"] == []


def handouts_are_objected_to_and_taken_back(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        own.run("desk", "import", "roster", own.sample("roster-鱼泉村.csv"))
        for unit in ["民政办", "水利站"]:
            own.run("desk", "unit", "add", "--name", unit)
        for home, unit in [("civil", "民政办"), ("water", "水利站")]:
            own.run(home, "join", own.run("desk", "invite", "--role", "unit", "--name", unit + "的人", "--unit", unit)["code"])
        issue = own.run("desk", "issue", "add", "--village", "鱼泉村", "--text", "水渠断了", "--category", "饮水")["id"]
        own.run("desk", "issue", "accept", issue, "--due_at", "2099-03-20 18:00")
        own.run("desk", "issue", "assign", issue, "--to_org", "民政办")
        sync(own, "desk", "civil", "water")
        assert own.run("water", "handout", "list")["count"] == 0, "another unit reads nothing of it"
        handout = own.run("civil", "handout", "list")["rows"][0]["id"]
        own.run("civil", "handout", "object", handout, expect=3)
        own.run("civil", "handout", "object", handout, "--reason", "归水利站")
        sync(own, "civil", "desk")
        shown = own.run("desk", "issue", "show", issue)
        assert shown["state"] == "异议移送" and any(hop.endswith("异议移送(民政办):归水利站") for hop in shown["hops"]), shown
        own.run("desk", "issue", "assign", issue, "--to_org", "水利站")
        sync(own, "desk", "civil", "water")
        assert own.run("civil", "handout", "show", handout)["state"] == "已收回"
        assert own.run("water", "handout", "list")["rows"][0]["state"] == "已交办"
        assert own.run("desk", "issue", "show", issue)["held_by"] == "水利站"


CLAIMS = [handouts_go_to_the_unit_and_what_it_does_comes_back, handouts_are_objected_to_and_taken_back]
