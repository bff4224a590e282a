"""The month's close: what is signed, what goes upward, what arrives late, and the records behind each number."""
import os
import zipfile

from ledger_claims import PERIOD, town_with_a_month

# Sums of what several records say, or of a rule: not one record for one.
WEIGHTED = {"走访人次", "序号", "涉及户", "资金", "资金(元)", "应结对户", "已结对户", "缺口", "到期数", "兑现数", "受益户", "受益人", "项目数", "涉及人数", "批次",
            "人次", "件数", "天数", "应到天数", "应开", "参会人数", "抽查数", "核实数"}
MONTHLY = ["RP01", "RP02", "RP03", "RP04", "RP05", "RP06", "RP07", "RP08", "RP09", "RP10", "RP11", "RP14"]


def month_numbers_open_to_their_records(t):
    with town_with_a_month(t) as town:
        opened = 0
        for report in MONTHLY:
            made = town.run("desk", "report", report, *PERIOD)
            for column, value in made["totals"].items():
                if not isinstance(value, (int, dict)) or (report == "RP10" and column in ("当场答复", "转办")):
                    continue
                found = town.run("desk", "report", report, *PERIOD, "--explain", "合计," + column)
                assert found["value"] == value, found
                if isinstance(value, dict) and column != "开会率":
                    assert (len(found["records"]), len(found["of"])) == (value["numerator"], value["denominator"]), (report, column)
                    opened += 1
                elif isinstance(value, int) and column not in WEIGHTED:
                    assert len(found["records"]) == value, (report, column, value, len(found["records"]))
                    opened += value > 0
        assert opened > 25, opened
        village = town.run("desk", "report", "RP01", *PERIOD, "--explain", "鱼泉村,拒访")
        for record in village["records"]:
            assert town.run("desk", "visit", "show", record["id"])["outcome"] == "拒访"
        shown = town.words("desk", "report", "RP01", *PERIOD, "--explain", "鱼泉村,夜访")
        assert "RP01 鱼泉村 夜访:" in shown and "走访 " in shown, shown
        for cell in ["鱼泉村", "没有的村,夜访", "鱼泉村,没有的列"]:
            town.run("desk", "report", "RP01", *PERIOD, "--explain", cell, expect=3)


def texts_of(path):
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml"))


def month_is_closed_in_one_command(t):
    with town_with_a_month(t) as town:
        town.run("desk", "sync")
        draft = town.run("desk", "month", "close", "--month", "2026-03")
        assert [each["report"] for each in draft["reports"]] == MONTHLY + ["RP17"], draft["reports"]
        assert draft["period"] == {"from": "2026-03-01", "to": "2026-03-31"} and "signed" not in draft
        house = town.run("desk", "household", "list", "--village", "鱼泉村", "--limit", "1")["rows"][0]["household_no"]
        visit = ["visit", "add", "--household_id", house, "--outcome", "见到户主", "--date"]
        town.run("desk", *visit, "2026-03-30")
        again = town.run("desk", "month", "close", "--month", "2026-03", "--sign", "-o", town.path("march"))
        since = [change for change in again["reports"][0]["since_draft"] if change["row"] == "合计"]
        assert {"走访户次", "走访人次"} <= {change["column"] for change in since}, since
        assert [each["version"] for each in again["signed"]] == [1] * 13, again["signed"]
        names = [os.path.relpath(path, town.path("march")) for path in again["files"]]
        assert len(names) == 26 and "上报/RP01-走访情况统计表-2026-03-第1版.xlsx" in names, names
        cadres = [row["name"] for row in town.run("desk", "cadre", "list")["rows"] if row["name"] != "乡镇管理员"]
        for path in again["files"]:
            if os.sep + "上报" + os.sep in path:
                text = texts_of(path)
                assert not [name for name in cadres if name in text], (path, [name for name in cadres if name in text])
        # what is signed does not move any more; a late visit stands in the next issue, once
        town.run("desk", *visit, "2026-03-29")
        assert town.run("desk", "month", "close", "--month", "2026-03", "--sign")["signed"] == []
        april = town.run("desk", "month", "close", "--month", "2026-04", "--sign")
        late = {(each["report"], each["column"]): each["more"] for each in april["late"]}
        assert late[("RP01", "走访户次")] == 1, late
        shown = town.run("desk", "month", "show", "RP01", "--month", "2026-04")
        assert "走访户次 +1" in shown["basis"]["补报 2026-03-01 至 2026-03-31"], shown["basis"]
        assert town.run("desk", "month", "close", "--month", "2026-05")["late"] == []
        town.run("desk", "month", "close", "--month", "2026-03", "--correct", " ", "--sign", expect=2)
        for words in [["zero", "RP99"], ["show", "RP99"], ["show"], ["zero"]]:
            town.run("desk", "month", *words, "--month", "2026-03", expect=2)
        fixed = town.run("desk", "month", "close", "--month", "2026-03", "--correct", "漏报一户", "--sign")["signed"]
        assert fixed and {each["version"] for each in fixed} == {2}, fixed
        first = town.run("desk", "month", "show", "RP01", "--month", "2026-03", "--edition", "1")
        second = town.run("desk", "month", "show", "RP01", "--month", "2026-03")
        assert second["totals"]["走访户次"] == first["totals"]["走访户次"] + 1 and second["signed"]["reason"] == "漏报一户"
        town.run("desk", "month", "close", "--month", "2026-03", "--correct", "再来", "--sign", expect=3)
        others_see_it(town, len(town.run("desk", "month", "list")["signed"]))


def others_see_it(town, count):
    """The other desk reads what was signed; a cadre neither reads nor signs."""
    code = town.run("desk", "invite", "--role", "desk", "--name", "曾泽飞", "--rank", "科级")["code"]
    town.run("second", "join", code)
    town.run("desk", "sync")
    town.run("second", "sync")
    assert town.run("second", "month", "list")["count"] == count
    town.invite_and_join("cadre", "王礼娟", "鱼泉村")
    town.run("cadre", "sync")
    assert town.run("cadre", "month", "list")["count"] == 0
    town.run("cadre", "month", "close", "--month", "2026-03", expect=4)


def month_goes_by_the_programme_and_zero_is_one_command(t):
    with town_with_a_month(t) as town:
        town.run("desk", "programme", "set", "--period-day", "26", "--hand-up-day", "28", "--late-rule", "更正报")
        assert town.run("desk", "programme", "show")["month"] == {"first_day": 26, "hand_up_day": 28, "late_rule": "更正报"}
        made = town.run("desk", "month", "close", "--month", "2026-03")
        assert made["period"] == {"from": "2026-02-26", "to": "2026-03-25"}, made["period"]
        town.run("desk", "programme", "set", "--period-day", "29", expect=3)
        done = town.run("desk", "month", "zero", "RP09", "--month", "2026-02")
        assert [each["report"] for each in done["signed"]] == ["RP09"], done
        message = town.run("desk", "month", "zero", "RP09", "--month", "2026-03", expect=3)["error"]["message"]
        assert "本月排查 +1" in message, message
        town.run("desk", "month", "zero", "RP99", expect=2)
        town.run("desk", "month", "close", "--month", "2026-3", expect=2)


CLAIMS = [month_numbers_open_to_their_records, month_is_closed_in_one_command, month_goes_by_the_programme_and_zero_is_one_command]
