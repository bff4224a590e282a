#!/usr/bin/python3
"""The contract of the command line: exit codes, refusals, imports, rights; each function a claim."""
import argparse
import json
import os
import select
import shutil
import subprocess
import sys

import books_claims
import bundle_claims
import ease_claims
import exit_claims
import fill_claims
import founding_claims
import handout_claims
import heal_claims
import homes_claims
import input_claims
import issue_claims
import keys_claims
import leave_claims
import ledger_claims
import line_claims
import members_claims
import month_claims
import order_claims
import paper_claims
import quarantine_claims
import recovery_claims
import roster_claims
import seed_claims
import slips_claims
from township import Township

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]


def dirty_roster_gives_every_planted_fault(t):
    with Township(t.programs) as empty:
        empty.start_server()
        empty.found()
        done = empty.run("desk", "import", "roster", t.sample("roster-dirty-gb18030.csv"), expect=3)
        expected = json.load(open(t.sample("dirty-expected.json"), encoding="utf-8"))
        assert (done["header_line"], done["data_lines"]) == (expected["header_line"], expected["data_lines"]), done
        for fault in expected["faults"]:
            same = [f for f in done["faults"] if (f["line"], f["column"], f["fate"]) == (fault["line"], fault["column"], fault["fate"])]
            assert same, fault
            assert "now" not in fault or fault["now"] in [f.get("now") for f in same], (fault, same)
        assert done["stored"] == 0 and empty.run("desk", "household", "list")["count"] == 0
        kept = empty.run("desk", "import", "roster", t.sample("roster-dirty-gb18030.csv"), "--skip-refused")
        assert (kept["refused"], kept["duplicates"], kept["stored"]) == (1, 1, 200), kept


def a_dry_run_stores_nothing(t):
    done = t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"), "--dry-run")
    assert done["stored"] == 1540 and t.run("desk", "household", "list")["count"] == 0


def importing_twice_is_importing_once(t):
    first = t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
    again = t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
    assert (first["stored"], again["stored"], again["unchanged"]) == (1540, 0, 1540), (first, again)
    t.run("desk", "import", "cadres", t.sample("cadres.csv"))
    assert t.run("desk", "import", "cadres", t.sample("cadres.csv"))["stored"] == 0


def a_correction_outlives_a_reimport(t):
    house = "999999100201010003"
    t.run("desk", "household", "amend", house, "--group_no", "7")
    t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
    assert t.run("desk", "household", "show", house)["group_no"] == 7


def bad_entries_are_refused_whole(t):
    good = ["--household_id", "999999100201010001", "--date", "2026-03-05", "--outcome", "见到户主"]
    before = t.run("desk", "visit", "list")["count"]
    for words, fields in [
            (["--household_id", "000", "--date", "2026-03-05", "--outcome", "见到户主"], {"household_id"}),
            (["--household_id", "999999100201010001", "--date", "2026-02-30", "--outcome", "见到"], {"date", "outcome"}),
            (good + ["--gift_money", "-5"], {"gift_money"}),
            (good + ["--recorded_on", "2026-03-01"], {"date"}),
            (good + ["--demand", "反映干部", "--category", "廉政"], {"category"}),
            (good + ["--demand", "举报", "--category", "社保", "--nature", "检举控告"], {"nature"}),
            (good + ["--no_such_field", "1"], {"no_such_field"})]:
        done = t.run("desk", "visit", "add", *words, expect=3)
        assert {f["field"] for f in done["faults"]} >= fields and not done["saved"], (words, done)
    assert t.run("desk", "visit", "list")["count"] == before


def a_visit_shown_can_be_added_again_as_json(t):
    first = t.run("desk", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-03-05", "--outcome", "见到户主",
                  "--visited_by", "曾泽飞", "--text", "看了口粮", "--demand", "水管冻裂", "--category", "饮水",
                  "--gift_money", "200.50", "--ack", "口头")
    shown = t.run("desk", "visit", "show", first["id"])
    assert shown["visited_by"] == ["曾泽飞"] and shown["household_id"] == "999999100201010001"
    issue = t.run("desk", "issue", "show", first["issue"])
    assert (issue["category"], issue["nature"], issue["title"]) == ("饮水", "求助", "水管冻裂"), issue
    again = {k: v for k, v in shown.items() if k not in ("issue_ids", "demand", "answered")}
    copy = t.run("desk", "visit", "add", "-", stdin=json.dumps(again, ensure_ascii=False))["id"]
    assert t.run("desk", "visit", "show", copy)["gift_money"] == shown["gift_money"] == 20050, shown


def issues_move_only_as_the_table_says(t):
    issue = t.run("desk", "issue", "add", "--village", "鱼泉村", "--category", "环保", "--text", "垃圾池一个月没清")["id"]
    t.run("desk", "issue", "close", issue, expect=3)
    t.run("desk", "issue", "accept", issue)
    t.run("desk", "issue", "accept", issue, expect=3)
    t.run("desk", "issue", "close", issue, "--closure", "已解决", "--result", "已清运")
    assert t.run("desk", "issue", "show", issue)["state"] == "已办结"


def command_lines_that_make_no_sense_exit_2(t):
    for words in [["nonsense"], ["report", "RP99", *MARCH], ["report", "RP01"], ["visit", "add", "--x"], ["import", "roster"],
                  ["report", "RP01", "--from", "2026-03-32", "--to", "2026-03-31"], ["status", "--nonsense"]]:
        t.run("desk", *words, expect=2 if words[:2] != ["visit", "add"] else 3)


def a_wrong_passphrase_exits_6_and_a_damaged_vault_7(t):
    t.run("desk", "status", expect=6, passphrase="another")
    assert t.run("desk", "status")["state"] == "筹备"
    shutil.copytree(t.path("desk"), t.path("damaged"))
    with open(os.path.join(t.path("damaged"), "vault.db"), "r+b") as f:
        f.seek(4096 * 3 + 100)
        byte = f.read(1)
        f.seek(4096 * 3 + 100)
        f.write(bytes([byte[0] ^ 1]))
    told = t.run("damaged", "doctor", expect=7)["error"]["message"]
    assert "复制留存" in told and "replace" in told, told
    shutil.copytree(t.path("desk"), t.path("nokey"))
    with open(os.path.join(t.path("nokey"), "vault.key"), "r+b") as f:
        f.truncate(40)
    t.run("nokey", "status", expect=7)


def invitations_are_used_once_and_never_guessed(t):
    code = t.invite_and_join("cadre", "龚海", "鱼泉村")
    t.run("second", "join", code, expect=4)
    wrong = ("A" if code[0] != "A" else "B") + code[1:]
    t.run("third", "join", wrong, expect=4)
    t.run("fourth", "join", "不是邀请码", expect=4)
    assert not os.path.exists(t.path("third")) and not os.path.exists(t.path("fourth")), "what is no code makes no home"


def a_cadre_may_not_do_the_desks_work(t):
    t.run("cadre", "import", "roster", t.sample("roster-松树坪村.csv"), expect=4)
    t.run("cadre", "invite", "--role", "cadre", "--name", "某人", "--village", "鱼泉村", expect=4)
    t.run("cadre", "programme", "set", "--quota", "一般=3", expect=4)


def without_a_server_work_goes_on(t):
    t.stop_server()
    t.run("cadre", "sync", expect=5)
    t.run("cadre", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-03-06", "--outcome", "不在家")
    assert t.run("cadre", "status")["unsent"] > 0
    t.start_server()
    sent = t.run("cadre", "sync")
    assert sent["records_up"] > 0 and sent["bytes_up"] > 0 and sent["round_trips"] > 0, sent
    assert t.run("desk", "sync")["records_down"] >= sent["records_up"]
    assert t.run("cadre", "status")["unsent"] == 0
    assert t.run("cadre", "today")["unsent"] == 0


def a_copied_home_goes_on_under_its_own_line(t):
    t.run("cadre", "sync")
    t.run("desk", "sync")
    shutil.copytree(t.path("cadre"), t.path("backup"))
    for text in ["备份之后的第一条", "备份之后的第二条"]:
        t.run("cadre", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-03-07", "--outcome", "见到户主", "--text", text)
    t.run("cadre", "sync")
    shutil.rmtree(t.path("cadre"))
    os.rename(t.path("backup"), t.path("cadre"))
    t.run("cadre", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-03-08", "--outcome", "见到户主", "--text", "恢复之后的一条")
    for home in ["cadre", "desk", "cadre"]:
        t.run(home, "sync")
    for home in ["cadre", "desk"]:
        for text in ["备份之后的第一条", "备份之后的第二条", "恢复之后的一条"]:
            assert t.run(home, "search", text)["count"] == 1, (home, text)


def hostile_files_end_in_a_sentence(t):
    for name, content in [("nul.csv", b"a\0b\n"), ("zip.xlsx", b"PK\x03\x04" + b"\xff" * 500), ("empty.csv", b""),
                          ("quote.csv", "户编号,姓名\n\"没有关上".encode()), ("old.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600)]:
        with open(t.path(name), "wb") as f:
            f.write(content)
        t.run("desk", "import", "roster", t.path(name), expect=3)


def search_finds_short_and_long_words(t):
    for text, least in [("水", 1), ("口粮", 1), ("水管冻裂", 1), ("不存在的话语", 0)]:
        assert t.run("desk", "search", text)["count"] >= least, text
    assert t.run("desk", "search", "不存在的话语")["count"] == 0


def a_watch_hears_of_news_and_is_quiet_without(t):
    watch = subprocess.Popen(["stdbuf", "-oL", t.minqing, "--home", t.path("desk"), "sync", "--watch"], env=t.environment(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def contacts(quiet_seconds):
        count = 0
        while count <= 10 and select.select([watch.stdout], [], [], quiet_seconds)[0]:
            count += os.read(watch.stdout.fileno(), 65536).count(b"\n")
        return count

    try:
        first = contacts(20)
        assert 1 <= first <= 8, first
        t.run("desk", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-03-06", "--outcome", "见到户主")
        t.run("desk", "sync")
        assert 1 <= contacts(20) <= 8
    finally:
        watch.kill()
        watch.wait()


def a_server_that_is_not_ours_gets_nothing(t):
    folder = t.path("server")
    t.stop_server()
    os.rename(folder, folder + ".ours")
    t.start_server()
    try:
        t.run("desk", "sync", expect=5)
    finally:
        t.stop_server()
        shutil.rmtree(folder)
        os.rename(folder + ".ours", folder)
        t.start_server()
    assert t.run("desk", "sync")["unsent"] == 0


CLAIMS = [dirty_roster_gives_every_planted_fault, a_dry_run_stores_nothing, importing_twice_is_importing_once,
          a_correction_outlives_a_reimport, bad_entries_are_refused_whole, a_visit_shown_can_be_added_again_as_json,
          issues_move_only_as_the_table_says, command_lines_that_make_no_sense_exit_2, a_wrong_passphrase_exits_6_and_a_damaged_vault_7,
          invitations_are_used_once_and_never_guessed, a_cadre_may_not_do_the_desks_work, without_a_server_work_goes_on,
          a_copied_home_goes_on_under_its_own_line, hostile_files_end_in_a_sentence, search_finds_short_and_long_words,
          a_watch_hears_of_news_and_is_quiet_without, a_server_that_is_not_ours_gets_nothing, *input_claims.CLAIMS, *line_claims.CLAIMS,
          *books_claims.CLAIMS, *bundle_claims.CLAIMS, *ease_claims.CLAIMS, *exit_claims.CLAIMS,
          *fill_claims.CLAIMS, *founding_claims.CLAIMS, *handout_claims.CLAIMS, *heal_claims.CLAIMS, *keys_claims.CLAIMS,
          *homes_claims.CLAIMS, *issue_claims.CLAIMS, *leave_claims.CLAIMS, *ledger_claims.CLAIMS, *members_claims.CLAIMS,
          *month_claims.CLAIMS, *order_claims.CLAIMS, *paper_claims.CLAIMS, *quarantine_claims.CLAIMS, *recovery_claims.CLAIMS,
          *roster_claims.CLAIMS, *seed_claims.CLAIMS, *slips_claims.CLAIMS]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True)
    arguments = parser.parse_args()
    failed, skipped = 0, 0
    with Township(os.path.abspath(arguments.programs)) as t:
        t.start_server()
        t.found()
        for claim in CLAIMS:
            try:
                claim(t)
                print("ok  ", claim.__name__, flush=True)
            except input_claims.Skip as reason:
                skipped += 1
                print("skip", claim.__name__, reason, flush=True)
            except Exception as error:  # noqa: BLE001: every claim is tried, whatever the others do
                failed += 1
                print("FAIL", claim.__name__, type(error).__name__, str(error)[:1500], flush=True)
    print("%d passed, %d failed, %d skipped" % (len(CLAIMS) - failed - skipped, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
