"""The books of the month's end: meetings, receptions, deeds, promises and disputes by commands, and their ledgers."""
MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]
FOUR = ["--lead_id", "曾泽飞", "--measure", "到场丈量", "--due", "2026-03-20", "--duty", "组长负责到底"]


def totals(t, ledger, village="鱼泉村"):
    made = t.run("desk", "report", ledger, *MARCH, *(["--village", village] if village else []))
    assert made["report"] == ledger and made["basis"]["complete"], made["basis"]
    return made["totals"]


def books_meetings_and_what_was_said_there(t):
    before = totals(t, "RP11")
    meeting = t.run("desk", "meeting", "add", "--village", "鱼泉村", "--group_no", "1", "--date", "2026-03-29", "--attendees", "31")["id"]
    opinion = ["opinion", "add", "--meeting_id", meeting, "--text", "入户路没硬化、水也断过", "--handling"]
    t.run("desk", *opinion, "当场答复", "--answer", "列入一事一议")
    referred = t.run("desk", *opinion, "转办", "--category", "交通运输")
    issue = t.run("desk", "issue", "show", referred["issue"])
    assert (issue["source"], issue["category"], issue["registered_on"]) == ("院坝会", "交通运输", "2026-03-29"), issue
    refused = t.run("desk", *opinion, "转办", "--nature", "检举控告", expect=3)
    assert [fault["field"] for fault in refused["faults"]] == ["nature"], refused
    after = totals(t, "RP11")
    grown = {name: after[name] - before[name] for name in ["场次", "参会人数", "收集意见", "当场答复", "转办"]}
    assert grown == {"场次": 1, "参会人数": 31, "收集意见": 2, "当场答复": 1, "转办": 1}, grown
    t.run("desk", "meeting", "cancel", meeting, "--reason", "记错")
    assert totals(t, "RP11") == before


def books_receptions_belong_to_the_desk_and_count_days(t):
    t.run("desk", "programme", "set", "--days", "县级=10", "--days", "科级=8")
    assert t.run("desk", "programme", "show")["days"] == {"县级": 10, "科级": 8}
    t.run("desk", "programme", "set", "--days", "县级=32", expect=2)
    add = ["reception", "add", "--leader_id", "曾泽飞", "--batches", "2", "--people", "9", "--matters", "3", "--answered", "1", "--referred", "2"]
    t.run("desk", *add, "--date", "2026-03-02", "--place", "接待室")
    crowd = t.run("desk", *add, "--date", "2026-03-02", "--place", "赶集摊位", "--representatives", "6")
    assert [flag["field"] for flag in crowd["flags"]] == ["representatives"] and crowd["saved"], crowd
    t.run("desk", *add, "--date", "2026-04-02", "--place", "夜访")
    t.run("cadre", *add, "--date", "2026-03-02", "--place", "接待室", expect=4)
    made = t.run("desk", "report", "RP10", *MARCH)
    leader = [row for row in made["rows"] if row["层级"] == "领导" and row["领导"] == "曾泽飞"]
    assert len(leader) == 1 and (leader[0]["天数"], leader[0]["人次"], leader[0]["件数"]) == (1, 18, 6), made["rows"]
    assert (made["totals"]["批次"], made["totals"]["当场答复"], made["totals"]["转办"]) == (4, 2, 4), made["totals"]


def books_deeds_keep_their_money_to_the_fen(t):
    t.run("desk", "deed", "add", "--title", "修水渠", "--village", "鱼泉村", "--done_on", "2026-03-31", "--households", "40", "--people", "130",
          "--money", "776.1万元", "--owner_id", "曾泽飞")
    t.run("desk", "deed", "add", "--title", "下月的", "--village", "鱼泉村", "--done_on", "2026-04-01", "--money", "1", "--owner_id", "曾泽飞")
    deeds = totals(t, "RP08")
    assert (deeds["序号"], deeds["资金(万元)"], deeds["资金(元)"]) == (1, "776.1", 776100000), deeds
    # a household and a cadre that no other claim pairs
    house = t.run("desk", "household", "add", "--village", "鱼泉村", "--head_name", "郑小八")["id"]
    t.run("desk", "pairing", "add", "--cadre_id", "王礼娟", "--household_id", house, "--from", "2026-03-01")
    t.run("desk", "deed", "add", "--title", "送口粮", "--household_id", house, "--done_on", "2026-03-05", "--money", "426", "--owner_id", "王礼娟")
    helped = [row for row in t.run("desk", "report", "RP05", *MARCH)["rows"] if row["办实事"]]
    assert len(helped) == 1 and (helped[0]["干部"], helped[0]["办实事"], helped[0]["资金"]) == ("王礼娟", 1, 42600), helped
    assert helped[0]["户主"] == "郑**", helped


def books_promises_are_kept_or_explained(t):
    def promise(due):
        return t.run("desk", "commitment", "add", "--village", "鱼泉村", "--kind", "实事", "--text", "修通水渠", "--due", due,
                     "--owner_id", "曾泽飞", "--proposed_on", "2026-03-01")["id"]

    def step(row, verb, *more, **options):
        return t.run("desk", "commitment", verb, row, *more, **options)

    kept = promise("2026-03-20")
    early = step(kept, "publish", expect=3)
    assert "现在是 提出" in early["faults"][0]["why"] and "commitment review" in early["faults"][0]["why"], early
    for verb, words in [("review", ["--decision", "通过"]), ("publish", []), ("progress", ["--progress", "已开工"]), ("done", ["--result", "已通水"]),
                        ("rate", ["--rating_self", "满意", "--rating_peers", "满意", "--rating_leader", "满意", "--rating_people", "基本满意"]),
                        ("settle", ["--outcome", "兑现", "--settled_on", "2026-03-19"])]:
        step(kept, verb, *words)
    assert t.run("desk", "commitment", "show", kept)["state"] == "兑现"
    broken = promise("2026-03-31")
    for verb, words in [("review", ["--decision", "通过"]), ("publish", []), ("progress", ["--progress", "停工"])]:
        step(broken, verb, *words)
    step(broken, "settle", "--outcome", "未兑现", expect=3)
    step(broken, "settle", "--outcome", "未兑现", "--explanation", "天旱无水", "--settled_on", "2026-03-31")
    promise("2026-04-01")
    made = totals(t, "RP07")
    assert (made["到期数"], made["兑现数"], made["兑现率"]) == (2, 1, {"numerator": 1, "denominator": 2}), made


def books_disputes_climb_level_by_level(t):
    def found(text):
        return t.run("desk", "dispute", "add", "--village", "鱼泉村", "--parties", "王甲、李乙、赵丙", "--kind", "土地", "--found_on", "2026-03-02",
                     "--text", text)["id"]

    def step(row, verb, *more, **options):
        return t.run("desk", "dispute", verb, row, *more, **options)

    assert totals(t, "RP09")["零报告"] == "是"
    settled, lost = found("地界争议"), found("水源争议")
    refused = step(settled, "settle", "--agreement", "书面", expect=3)
    assert "现在是 发现" in refused["faults"][0]["why"] and "dispute mediate" in refused["faults"][0]["why"], refused
    assert {fault["field"] for fault in step(settled, "mediate", expect=3)["faults"]} == {"lead_id", "measure", "due", "duty"}
    for row in [settled, lost]:
        step(row, "mediate", *FOUR, "--accepted_on", "2026-03-03")
    step(settled, "settle", "--agreement", "书面", "--ended_on", "2026-03-04")
    step(lost, "fail", "--failed_at", "2026-03-05 10:00")
    late = step(lost, "report", "--reported_at", "2026-03-05 11:30")
    assert [flag["field"] for flag in late["flags"]] == ["reported_at"], late
    made = totals(t, "RP09")
    assert (made["本月排查"], made["受理"], made["调解"], made["成功"], made["积案"], made["涉及人数"]) == (2, 2, 1, 1, 1, 6), made
    assert made["成功率"] == {"numerator": 1, "denominator": 1} and made["零报告"] == "否", made
    assert made["一小时报村"] == {"numerator": 0, "denominator": 1}, made


CLAIMS = [books_meetings_and_what_was_said_there, books_receptions_belong_to_the_desk_and_count_days, books_deeds_keep_their_money_to_the_fen,
          books_promises_are_kept_or_explained, books_disputes_climb_level_by_level]
