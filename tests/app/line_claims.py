"""A command line that says more or less than it can mean does nothing, and what is shown steers no terminal."""
import subprocess

HOUSE = "999999100201010001"


def refused(t, *words, home="desk", stdin=None):
    done = t.run(home, *words, expect=2, stdin=stdin)
    assert done["error"]["exit"] == 2 and done["error"]["message"], done


def added(t, date, text):
    return t.run("desk", "visit", "add", "--household_id", HOUSE, "--date", date, "--outcome", "不在家", "--text", text)["id"]


def line_a_flag_without_its_value_stores_nothing(t):
    row = added(t, "2026-03-02", "门口的话")
    refused(t, "visit", "amend", row, "--text")
    refused(t, "visit", "add", "--household_id", HOUSE, "--date", "2026-03-02", "--outcome", "不在家", "--demand")
    refused(t, "rotate", "--village")
    assert t.run("desk", "visit", "show", row)["text"] == "门口的话"
    assert t.run("desk", "visit", "amend", row, "--answered")["saved"], "是 or 否: to name it says 是"


def line_a_switch_with_a_value_does_nothing(t):
    refused(t, "shred", "--yes=no")
    refused(t, "import", "roster", t.sample("roster-鱼泉村.csv"), "--dry-run=false")
    t.run("desk", "status")


def line_a_word_too_many_does_nothing(t):
    one, two = added(t, "2026-03-02", "一"), added(t, "2026-03-02", "二")
    refused(t, "visit", "cancel", one, two, "--reason", "重了")
    refused(t, "rotate", "鱼泉村")
    refused(t, "import", "roster", t.sample("roster-鱼泉村.csv"), t.sample("roster-松树坪村.csv"))
    refused(t, "diary", "print", "delegated", "-o", t.path("never.html"))
    assert not t.run("desk", "visit", "show", one).get("cancelled")


def line_json_and_flags_do_not_mix(t):
    before = t.run("desk", "visit", "list")["count"]
    refused(t, "visit", "add", "-", "--text", "丢了的话", stdin='{"household_id":"%s","date":"2026-03-02","outcome":"不在家"}' % HOUSE)
    assert t.run("desk", "visit", "list")["count"] == before


def line_what_could_not_be_written_out_is_not_done(t):
    with open("/dev/full", "w", encoding="utf-8") as full:
        for words in [["visit", "list"], ["report", "RP01", "--from", "2026-03-01", "--to", "2026-03-31", "--format", "csv"]]:
            done = subprocess.run(t.line("desk", *words), env=t.environment(), stdout=full, stderr=subprocess.PIPE, timeout=120)
            assert done.returncode == 1 and done.stderr, words


def line_nothing_that_is_shown_steers_the_terminal(t):
    with open(t.path("steer.csv"), "w", encoding="utf-8") as file:
        file.write("户编号,姓名,村\nZ1,坏\x1b[31m人,鱼泉村\n")
    t.run("desk", "import", "roster", t.path("steer.csv"), expect=3)
    refused(t, "invite", "--role", "cadre", "--name", "恶\x1b[31m意", "--village", "鱼泉村")
    refused(t, "invite", "--role", "cadre", "--name", " ", "--village", "鱼泉村")
    t.run("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-02", "--outcome", "不在家", "--text", "一\x9b31m", expect=3)
    row = added(t, "2026-03-02", "前\u202e后")
    for words in [["visit", "show", row], ["visit", "list"], ["search", "前"]]:
        shown = t.words("desk", *words)
        assert "\x1b" not in shown and "\u202e" not in shown, words


def line_a_list_begins_with_the_newest_day(t):
    old, new = added(t, "2019-01-01", "早"), added(t, "2026-04-30", "晚")
    rows = t.run("desk", "visit", "list", "--limit", "3")["rows"]
    assert new in [row["id"] for row in rows] and old not in [row["id"] for row in rows]
    assert [row["date"] for row in rows] == sorted((row["date"] for row in rows), reverse=True)


CLAIMS = [line_a_flag_without_its_value_stores_nothing, line_a_switch_with_a_value_does_nothing, line_a_word_too_many_does_nothing,
          line_json_and_flags_do_not_mix, line_what_could_not_be_written_out_is_not_done,
          line_nothing_that_is_shown_steers_the_terminal, line_a_list_begins_with_the_newest_day]
