"""Townships that nobody has looked at: other seeds of the generator, counted by it and by the program."""
import calendar
import json
import os
import subprocess
import sys

from township import SAMPLES, Township

SEEDS = [(7, "2026-03"), (424242, "2026-02"), (99, "2026-05")]
COLUMNS = {
    "应走访户数": lambda said: said["households"], "已走访户数": lambda said: said["households_reached"],
    "覆盖率": lambda said: said["coverage"], "走访户次": lambda said: said["visits"],
    "未见到户次": lambda said: sum(said["not_met"].values()), "夜访": lambda said: said["evening_visits"],
    "收集事项": lambda said: said["issues"], "当场解决": lambda said: said["answered_at_once"],
    "补录户次": lambda said: said["late_entries_over_3_days"], "代录户次": lambda said: said["recorded_by_another"]}


def generated(t, seed, month):
    folder = t.path("seed-%d" % seed)
    script = os.path.join(SAMPLES, "..", "make_data.py")
    subprocess.run([sys.executable, "-B", script, folder, "--seed", str(seed), "--month", month], check=True, stdout=subprocess.DEVNULL)
    return folder if os.path.exists(os.path.join(folder, "expected.json")) else os.path.join(folder, "township")


def month_of(month):
    year, number = map(int, month.split("-"))
    return ["--from", month + "-01", "--to", "%s-%02d" % (month, calendar.monthrange(year, number)[1])]


def count(town, folder, month):
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as f:
        said = json.load(f)
    for village in said["villages"]:
        town.run("desk", "import", "roster", os.path.join(folder, "roster-%s.csv" % village))
    for kind in ["cadres", "pairings"]:
        town.run("desk", "import", kind, os.path.join(folder, kind + ".csv"))
    for village in said["villages"]:
        town.run("desk", "import", "visits", os.path.join(folder, "visits-%s.csv" % month), "--village", village)
    rows = {row["村/干部"]: row for row in town.run("desk", "report", "RP01", *month_of(month))["rows"] if row["层级"] == "村"}
    for village, figures in said["villages"].items():
        for column, of in COLUMNS.items():
            assert rows[village][column] == of(figures), (village, column, rows[village][column], of(figures))
    return said


def seeds_of_other_townships_are_counted_as_they_were_made(t):
    for seed, month in SEEDS:
        folder = generated(t, seed, month)
        with Township(t.programs) as town:
            town.start_server()
            town.found()
            said = count(town, folder, month)
            by_category = {}
            for figures in said["villages"].values():
                for category, number in figures["issues_by_category"].items():
                    by_category[category] = by_category.get(category, 0) + number
            made = {row["类别"]: row["新收"] for row in town.run("desk", "report", "RP04", *month_of(month))["rows"]}
            assert made == by_category, (seed, made, by_category)
            ranks = {row["职级"]: row for row in town.run("desk", "report", "RP06", *month_of(month))["rows"]}
            for rank, figures in said["pairing_by_rank"].items():
                got = [ranks[rank][name] for name in ["干部数", "应结对户", "已结对户", "达标干部数"]]
                assert got == [figures[name] for name in ["cadres", "households_due", "households_paired", "cadres_at_quota"]], (seed, rank)
            issues = town.run("desk", "report", "RP03", *month_of(month))["totals"]
            assert issues["上期结转"] + issues["本期新收"] - issues["办结"] == issues["在办"], issues
            assert issues["本期新收"] == said["all"]["issues"], issues


CLAIMS = [seeds_of_other_townships_are_counted_as_they_were_made]
