#!/usr/bin/python3
"""The act of scripts/demo that the clerk plays: from the files that offices send to the signed month.

Rosters and records come as they are sent; one command closes the month; what comes late stands in the next
issue; every number opens to its records; what goes upward names nobody.
"""
import json
import os
import zipfile

from stage import HERE, TOWNSHIP, VILLAGES, Stage, main

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]
QUARTER = ["--from", "2026-01-01", "--to", "2026-03-31"]


class Month(Stage):
    MARKERS = ["垃圾池一个月没清", "旱季水压不够"]
    PARTS = ["server_starts", "files_come_in", "issues_end_well", "blank_is_filled", "draft_is_looked_at", "month_is_signed", "numbers_open", "late_phone",
             "nothing_happened", "nothing_readable"]

    def sample(self, name):
        return os.path.join(TOWNSHIP, name)

    def files_come_in(self):
        self.step("各办送来的表", "名册有的是 Excel,有的是 CSV,有一份是 GB18030 编码、有错行;错行逐行列明,一条也不先存。")
        self.run("desk", "org", "create", "--county", "渭源县", "--township", "清渭镇", "--server", "127.0.0.1:%d" % self.link.port,
                 "--root-out", os.path.join(self.folder, "county-root.txt"), "--name", "李内勤")
        refused = self.run("desk", "import", "roster", self.sample("roster-dirty-gb18030.csv"), expect=3)
        self.check("有错行的名册整份退回,逐行写明", refused["stored"] == 0 and len(refused["faults"]) > 5,
                   "%d 处" % len(refused["faults"]))
        stored = self.run("desk", "import", "roster", self.sample("roster-鱼泉村.xlsx"))["stored"]
        for village in VILLAGES[1:]:
            stored += self.run("desk", "import", "roster", self.sample("roster-%s.csv" % village))["stored"]
        for kind in ["cadres", "pairings"]:
            self.run("desk", "import", kind, self.sample(kind + ".csv"))
        visits = sum(self.run("desk", "import", "visits", self.sample("visits-2026-03.csv"), "--village", village)["stored"]
                     for village in VILLAGES)
        self.check("名册、干部、结对、三月的走访都进来了", stored > 2000 and visits > 500, "%d 人,走访及事项 %d 条" % (stored, visits))

    def issues_end_well(self):
        self.step("一件事有始有终", "受理、交办、办结;经办人自己不能回访;满意了才销号。")
        self.run("desk", "unit", "add", "--name", "水利站")
        issue = self.run("desk", "issue", "add", "--village", "鱼泉村", "--text", "三组水渠堵了", "--category", "饮水",
                         "--registered_on", "2026-03-20")["id"]
        self.run("desk", "issue", "accept", issue, "--due_at", "2026-03-30 18:00")
        self.run("desk", "issue", "assign", issue, "--to_org", "水利站", "--handler_id", "曾泽飞")
        self.run("desk", "issue", "sign", issue)
        self.run("desk", "issue", "review", issue, "--result", "清淤 300 米")
        self.run("desk", "issue", "close", issue, "--closure", "已解决", "--result", "清淤 300 米", "--closed_on", "2026-03-28")
        self.run("desk", "issue", "callback", issue, "--callback", "满意", "--callback_by", "曾泽飞", expect=3)
        self.run("desk", "issue", "callback", issue, "--callback", "满意")
        done = self.run("desk", "issue", "finish", issue)
        self.check("经办人回访被拒,别人回访后销号", done["saved"])

    def blank_is_filled(self):
        self.step("部门来的空表", "合并的表头、竖排的字都照旧;拿不准的列问一次,全镇都记得;个人信息没有文号就脱敏;再来要,只给变化。")
        blank = os.path.join(HERE, "..", "samples", "blank-县民政局.xlsx")
        out = os.path.join(self.folder, "填好-%d.xlsx")
        fill = ["fill", blank, "--to", "县民政局", "--on", "2026-04-02", "--basis", "民发〔2026〕1号"]
        asked = self.run("desk", *fill, "-o", out % 0, expect=3)["questions"]
        self.check("拿不准的列先问,什么也不填", len(asked) > 0 and not os.path.exists(out % 0), "、".join(q["header"] for q in asked))
        answers = [word for question in asked for word in ("--map", question["header"] + "=空着")]
        filled = self.run("desk", *fill, *answers, "-o", out % 1)
        self.check("填好 %d 户" % filled["lines"], filled["lines"] > 1600 and os.path.exists(out % 1),
                   "留红:" + "、".join(column["header"] for column in filled["columns"] if column["filled"] == 0))
        house = self.run("desk", "household", "list", "--village", "鱼泉村", "--limit", "1")["rows"][0]["household_no"]
        self.run("desk", "household", "amend", house, "--phones", "13800001111")
        changed = self.run("desk", *fill, "--changes", "-o", out % 2)
        self.check("改了一户的电话,再报只给这一户", changed["lines"] == 1)

    def draft_is_looked_at(self):
        self.step("先看一眼", "month close:收齐没有、要核对什么、和上次草稿比变了哪些;还没有签发。")
        first = self.run("desk", "month", "close", "--month", "2026-03")
        self.check("十二张月报加一季度通报都算出来了", len(first["reports"]) == 13, "、".join(each["report"] for each in first["reports"]))
        house = self.run("desk", "household", "list", "--village", "鱼泉村", "--limit", "1")["rows"][0]["household_no"]
        self.visit = ["visit", "add", "--household_id", house, "--outcome", "见到户主", "--recorded_on"]
        self.run("desk", *self.visit, "2026-03-31", "--date", "2026-03-31")
        again = self.run("desk", "month", "close", "--month", "2026-03")
        changed = [change["column"] for change in again["reports"][0]["since_draft"] if change["row"] == "合计"]
        self.check("补记一次走访,草稿的变化逐格列出", "走访户次" in changed, "、".join(changed))

    def month_is_signed(self):
        self.step("一条命令签发", "month close --sign -o:交县里的和乡镇留存的分在两个文件夹,上报的没有一个人名,不足三户的写 <3。")
        folder = os.path.join(self.folder, "march")
        closed = self.run("desk", "month", "close", "--month", "2026-03", "--sign", "-o", folder)
        self.check("签发 13 张,出 %d 个文件" % len(closed["files"]), len(closed["signed"]) == 13 and len(closed["files"]) == 26)
        names = [row["name"] for row in self.run("desk", "cadre", "list", "--limit", "500")["rows"] if row["name"] != "李内勤"]
        found = set()
        for path in closed["files"]:
            if os.sep + "上报" + os.sep in path:
                with zipfile.ZipFile(path) as book:
                    text = "".join(book.read(part).decode("utf-8") for part in book.namelist() if part.endswith(".xml"))
                found |= {name for name in names if name in text}
        self.check("上报的文件里 %d 名干部一个也没有" % len(names), not found, "、".join(found))
        with open(self.sample("expected.json"), encoding="utf-8") as f:
            expected = json.load(f)
        shown = self.run("desk", "month", "show", "RP01", "--month", "2026-03")
        rows = {row["村/干部"]: row for row in shown["rows"]}
        for village, figures in expected["villages"].items():
            extra = 1 if village == "鱼泉村" else 0
            self.check("签发的 RP01 %s 走访户次与独立算出的相同" % village, rows[village]["走访户次"] == figures["visits"] + extra,
                       "%d" % rows[village]["走访户次"])

    def numbers_open(self):
        self.step("每个数都打得开", "report --explain:一个数背后是哪几条记录。")
        declined = self.run("desk", "report", "RP01", *MARCH, "--explain", "鱼泉村,拒访")
        outcomes = {self.run("desk", "visit", "show", record["id"])["outcome"] for record in declined["records"]}
        self.check("鱼泉村拒访 %d 次,打开来条条是拒访" % declined["value"], outcomes == {"拒访"})
        quarter = {(row["报表"], row["指标"]): row for row in self.run("desk", "report", "RP17", *QUARTER)["rows"]}
        bridge = [quarter[("RP01", "走访户次")][name] for name in ["各月签发", "迟到与更正", "跨月扣除", "本期重算"]]
        self.check("一季度通报:各月签发 + 迟到与更正 + 跨月扣除 = 本期重算", sum(bridge[:3]) == bridge[3], "%d + %d + %d = %d" % tuple(bridge))

    def late_phone(self):
        self.step("山里的手机晚到了", "三月的走访四月才送到:签发的三月不动,四月的表里补报一次,只一次。")
        self.run("desk", *self.visit, "2026-03-29", "--date", "2026-03-29")
        before = self.run("desk", "month", "show", "RP01", "--month", "2026-03")["totals"]["走访户次"]
        april = self.run("desk", "month", "close", "--month", "2026-04", "--sign")
        late = {each["column"]: each["more"] for each in april["late"] if each["report"] == "RP01"}
        after = self.run("desk", "month", "show", "RP01", "--month", "2026-03")["totals"]["走访户次"]
        self.check("三月仍是 %d 户次,四月补报 1" % before, before == after and late["走访户次"] == 1)
        self.check("五月不再报一遍", self.run("desk", "month", "close", "--month", "2026-05")["late"] == [])

    def nothing_happened(self):
        self.step("零报告", "没有纠纷也要报:一条命令;有过的就报不成零。")
        zero = self.run("desk", "month", "zero", "RP09", "--month", "2026-02")
        self.check("二月 RP09 零报告已签发", [each["report"] for each in zero["signed"]] == ["RP09"])
        self.run("desk", "month", "zero", "RP01", "--month", "2026-03", expect=3)
        self.run("desk", "sync")
        self.check("全部送到县里", self.run("desk", "status")["unsealed"] == 0)

    def nothing_readable(self):
        self.step("谁也读不到", "签发的报表也是密文:在服务器和上了锁的文件夹里逐字节找。")
        self.kill_server()
        for place in ["server", "desk", "server.log"]:
            found, size = self.find_markers(os.path.join(self.folder, place))
            self.check("%s:%d 字节里一个也没有" % (place, size), not found, "、".join(found))


if __name__ == "__main__":
    main(Month, __doc__)
