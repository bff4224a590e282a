"""An issue from registering to striking off, the units it is handed to and the working days its deadline counts."""

VILLAGE = "鱼泉村"
MONTH = ["--from", "2026-08-01", "--to", "2026-08-31"]


def raised(t, text, *more):
    return t.run("desk", "issue", "add", "--village", VILLAGE, "--category", "饮水", "--text", text, "--registered_on", "2026-08-03", *more)["id"]


def move(t, verb, issue, *more, expect=0):
    return t.run("desk", "issue", verb, issue, *more, expect=expect)


def an_issue_goes_its_whole_way_and_says_where_it_is(t):
    t.run("desk", "unit", "add", "--name", "镇水利站")
    t.run("desk", "unit", "add", "--name", "镇水利站", expect=3)
    t.run("desk", "unit", "add", "--name", "新村", "--kind", "村", expect=3)
    issue = raised(t, "水渠断了")
    said = move(t, "sign", issue, expect=3)["faults"]
    assert [f["field"] for f in said] == ["state"] and "accept" in said[0]["why"], said
    move(t, "accept", issue, "--accepted_at", "2026-08-03 09:00", "--due_at", "2026-08-06 18:00")
    move(t, "assign", issue, expect=3)
    move(t, "assign", issue, "--to_org", "没有的站", expect=3)
    move(t, "assign", issue, "--to_org", "镇水利站")
    move(t, "sign", issue)
    move(t, "progress", issue)
    move(t, "review", issue, "--result", "已修好")
    move(t, "close", issue, "--closure", "已解决", "--closed_on", "2026-08-05")
    move(t, "callback", issue, "--callback", "满意", "--callback_on", "2026-08-06")
    move(t, "finish", issue)
    shown = t.run("desk", "issue", "show", issue)
    assert shown["state"] == "销号" and any("镇水利站" in hop for hop in shown["hops"]), shown
    assert "销号" in t.words("desk", "issue", "show", issue)
    states = [one["value"] for one in t.run("desk", "history", issue)["entries"] if one["field"] == "state"]
    assert states[0] == "登记" and states[-1] == "已回访 → 销号", states
    for verb in ["accept", "reopen", "waive", "close"]:
        before = t.run("desk", "issue", "show", issue)
        move(t, verb, issue, "--reason", "x", expect=3)
        assert t.run("desk", "issue", "show", issue) == before, verb
    t.run("desk", "issue", "fly", issue, expect=2)


def the_months_issues_balance_by_unit_and_category(t):
    double = raised(t, "水渠断了一处")
    move(t, "merge", double, "--into", raised(t, "水渠又断了"))
    move(t, "accept", raised(t, "水太小"), "--accepted_at", "2026-08-04 09:00", "--due_at", "2026-08-07 18:00")
    rows = {row["单位"]: row for row in t.run("desk", "report", "RP03", *MONTH)["rows"]}
    assert rows["镇水利站"]["办结"] == 1 and rows["镇水利站"]["按期率"] == {"numerator": 1, "denominator": 1}, rows
    total = t.run("desk", "report", "RP03", *MONTH)["totals"]
    assert total["上期结转"] + total["本期新收"] - total["办结"] == total["在办"], total
    late = {unit["unit"]: unit for unit in t.run("desk", "issue", "overdue", "--village", VILLAGE)["units"]}
    open_here = [row for row in t.run("desk", "issue", "list", "--village", VILLAGE)["rows"] if "closed_on" not in row]
    assert late[VILLAGE]["open"] == len(open_here) and "镇水利站" not in late, (late, len(open_here))
    assert all(issue["due"] > "2026-08-01" for issue in late[VILLAGE]["issues"]) and "handler" not in str(late), late
    t.run("desk", "issue", "overdue", "--village", "没有的村", expect=3)
    kinds = t.run("desk", "report", "RP04", *MONTH)
    assert [(row["类别"], row["办结"]) for row in kinds["rows"]] == [("饮水", 1)], kinds
    assert kinds["totals"]["新收"] == 4 and "饮水" in kinds["basis"]["热点前三"], kinds


def a_deadline_counts_working_days_and_guesses_no_year(t):
    def due(accepted, term, expect=0):
        issue = raised(t, "数工作日")
        done = move(t, "accept", issue, "--accepted_at", accepted, "--term", term, expect=expect)
        shown = t.run("desk", "issue", "show", issue)
        t.run("desk", "issue", "cancel", issue, "--reason", "试过了")
        return [f["field"] for f in done["faults"]] if expect else shown["due_at"]

    assert due("2026-09-30 09:00", "3 工作日") == "2026-10-10 23:59"  # seven days off, then a Saturday that is worked
    assert due("2026-12-30 09:00", "3 工作日", expect=3) == ["due_at"]
    assert due("2026-12-30 09:00", "三天", expect=3) == ["term"]
    days = "、".join("2027-01-%02d" % day for day in (1, 2, 3))
    year = t.run("desk", "calendar", "add", "--year", "2027", "--source", "国办通知", "--off", days)["id"]
    assert due("2026-12-30 09:00", "3 工作日") == "2027-01-05 23:59"
    t.run("desk", "calendar", "add", "--year", "2027", "--source", "又一份", "--off", days, expect=3)
    t.run("desk", "calendar", "amend", year, "--on", "2026-01-04", expect=3)
    assert t.run("desk", "calendar", "list")["count"] == 1


CLAIMS = [an_issue_goes_its_whole_way_and_says_where_it_is, the_months_issues_balance_by_unit_and_category,
          a_deadline_counts_working_days_and_guesses_no_year]
