"""What a stopped device sends late waits for an admin, counts once or nowhere, and says why."""
HOUSE = "999999100201010001"
NAME, OTHER = "池大鹏", "汪月华"


def add(t, home, text):
    t.run(home, "visit", "add", "--household_id", HOUSE, "--date", "2026-04-03", "--outcome", "见到户主", "--text", text)


def texts(t, home):
    t.run(home, "sync")
    return sorted(v["text"] for v in t.run(home, "visit", "list", "--limit", "5000")["rows"] if "晚到" in v.get("text", ""))


def items(t):
    t.run("desk", "sync")
    return t.run("desk", "quarantine", "list")["items"]


def device_of(t, name):
    people = t.run("desk", "members", "--devices")["members"]
    return [d["number"] for p in people if p["name"] == name for d in p["device_list"] if d["state"] == "在用"][0]


def quarantine_is_for_admins_and_takes_no_nonsense(t):
    t.invite_and_join("late", NAME, "鱼泉村")
    t.invite_and_join("reader", OTHER, "鱼泉村")
    for home in ["late", "reader"]:
        t.run(home, "sync")
    assert items(t) == []
    t.run("reader", "quarantine", "list", expect=4)
    for words in [[], ["nonsense"], ["admit"], ["list", "1"], ["refuse", "00000000"]]:
        t.run("desk", "quarantine", *words, expect=2)
    t.run("desk", "quarantine", "show", "00000000", expect=3)
    t.run("desk", "quarantine", "admit", "00000000", expect=3)


def late_work_waits_until_it_is_admitted_and_counts_once(t):
    add(t, "late", "停用之前")
    t.run("late", "sync")
    t.run("desk", "sync")
    t.run("desk", "revoke", device_of(t, NAME), "--reason", "手机丢了")
    add(t, "late", "晚到的一户")
    t.run("late", "sync")
    add(t, "late", "晚到又一户")
    t.run("late", "sync")
    waiting = items(t)
    assert [(i["person"], i["envelopes"], i["transactions"], i["why"], i["can_be_decided"]) for i in waiting] == [
        (NAME, 2, 2, "停用后送来", True)], waiting
    assert t.run("desk", "status")["late"] == 2 and "late" not in t.run("reader", "status")
    assert "待核收:2 件" in t.words("desk", "status")
    number = waiting[0]["number"]
    shown = t.run("desk", "quarantine", "show", number)
    assert {"晚到的一户", "晚到又一户"} <= {r["value"] for r in shown["records"]}, shown
    assert texts(t, "desk") == [] and texts(t, "reader") == []
    t.stop_server()
    try:
        t.run("desk", "quarantine", "admit", number, expect=5)
    finally:
        t.start_server()
    assert len(items(t)) == 1
    t.run("desk", "quarantine", "admit", number, "--only", "3", expect=2)
    done = t.run("desk", "quarantine", "admit", number, "--only", "1")
    assert (done["admitted"], done["refused"], done["transactions"], done["decided_by_another"]) == (1, 0, 1, False), done
    assert texts(t, "reader") == texts(t, "desk") == ["晚到的一户"]
    t.run("desk", "quarantine", "admit", number, expect=3)


def what_is_refused_counts_nowhere_and_the_reason_stays_here(t):
    waiting = items(t)
    assert [i["envelopes"] for i in waiting] == [1], waiting
    number = waiting[0]["number"]
    t.run("desk", "quarantine", "refuse", number, expect=2)
    done = t.run("desk", "quarantine", "refuse", number, "--reason", "不是他写的")
    assert (done["admitted"], done["refused"]) == (0, 1), done
    assert texts(t, "reader") == texts(t, "desk") == ["晚到的一户"]
    listed = t.run("desk", "quarantine", "list", "--all")
    reasons = [d.get("reason") for d in listed["decided"] if d["person"] == waiting[0]["person"]]
    assert listed["items"] == [] and reasons == [None, "不是他写的"], listed
    assert t.run("desk", "status")["late"] == 0 and "待核收" not in t.words("desk", "status")
    assert t.run("desk", "doctor")["ok"]


CLAIMS = [quarantine_is_for_admins_and_takes_no_nonsense, late_work_waits_until_it_is_admitted_and_counts_once,
          what_is_refused_counts_nowhere_and_the_reason_stays_here]
