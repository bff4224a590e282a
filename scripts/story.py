#!/usr/bin/python3
"""The story of scripts/demo: a township of real size works three weeks without a server.

Every step prints what it means and checks it; the first check that fails ends the story with exit 1.
Nothing here knows the program's inside: it runs commands and reads their JSON.
"""
import json
import os
import signal
import subprocess

from stage import TODAY, TOWNSHIP, VILLAGES, Stage, main

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]


class Story(Stage):
    MARKERS = ["猪圈后面的水渠又堵了", "向朝凤", "曾泽飞", "13553292308", "新户自外县迁来", "院坝会上说到入户路"]
    PARTS = ["server_starts", "desk_founds", "cadres_join", "weeks_offline", "edits_meet", "killed_while_recording",
             "contact_returns", "nothing_lost", "ledgers_agree", "nothing_readable"]

    def desk_founds(self):
        self.step("建乡镇,导入名册", "三个村的名册、干部、结对,1,676 户、5,187 人、30 名干部。")
        self.run("desk", "org", "create", "--county", "渭源县", "--township", "清渭镇", "--server",
                 "127.0.0.1:%d" % self.link.port, "--root-out", os.path.join(self.folder, "county-root.txt"))
        people = 0
        for village in VILLAGES:
            done = self.run("desk", "import", "roster", os.path.join(TOWNSHIP, "roster-%s.csv" % village))
            people += done["stored"]
        households = self.run("desk", "household", "list", "--limit", "1")["count"]
        self.check("名册入库", (people, households) == (5187, 1676), "%d 人,%d 户" % (people, households))
        again = self.run("desk", "import", "roster", os.path.join(TOWNSHIP, "roster-鱼泉村.xlsx"))
        self.check("同一名册的 XLSX 再导一次,什么也不多", again["stored"] == 0, "未变 %d 行" % again["unchanged"])
        cadres = self.run("desk", "import", "cadres", os.path.join(TOWNSHIP, "cadres.csv"))
        pairs = self.run("desk", "import", "pairings", os.path.join(TOWNSHIP, "pairings.csv"))
        self.check("干部 30 名,结对 38 户", (cadres["stored"], pairs["stored"]) == (30, 38))

    def cadres_join(self):
        self.step("邀请三名干部", "每人一个一次性邀请码,各在自己的设备上、用自己的口令,一次联系就加入。")
        with open(os.path.join(TOWNSHIP, "cadres.csv"), encoding="utf-8-sig") as f:
            rows = [line.strip().split(",") for line in f][1:]
        self.people = {}
        for number, village in enumerate(VILLAGES):
            name = next(r[0] for r in rows if r[3] == village and r[1] == "一般")
            code = self.run("desk", "invite", "--role", "cadre", "--name", name, "--village", village)["code"]
            joined = self.run("cadre%d" % (number + 1), "join", code)
            self.people["cadre%d" % (number + 1)] = (name, village)
            self.check("%s 加入,看得到 %s" % (name, "、".join(joined["villages"])), joined["villages"] == [village])
            if number == 0:
                self.run("stranger", "join", code, expect=4)
                self.check("同一个码第二次用:拒绝(退出码 4)", True)

    def weeks_offline(self):
        self.step("三个星期没有信号", "服务器关了。三台设备各自记录;一台时钟停在 2099 年,一台在 1970 年。")
        self.kill_server()
        self.link.up = False
        self.clocks = {"cadre1": None, "cadre2": "@2099-06-01 08:00:00", "cadre3": "@1970-01-02 08:00:00"}
        stored = 0
        for who, (_, village) in self.people.items():
            done = self.run(who, "import", "visits", os.path.join(TOWNSHIP, "visits-2026-03.csv"), "--village", village,
                            clock=self.clocks[who])
            stored += done["stored"]
        self.check("一个月 1,005 次走访分三台设备录入", stored == 1005)
        for who, (_, village) in self.people.items():
            house = self.run(who, "household", "list", "--limit", "1")["rows"][0]["household_no"]
            self.run(who, "visit", "add", "--household_id", house, "--date", TODAY, "--part", "晚上", "--outcome", "见到户主",
                     "--text", "猪圈后面的水渠又堵了,说好周五一起去看。", "--demand", "水渠清淤", "--category", "饮水", clock=self.clocks[who])
            diary = self.run(who, "diary", "add", "--date", TODAY, "--title", "雨天走访",
                             "--body", "上午走了两户。院坝会上说到入户路,答应先记下,不许愿。", clock=self.clocks[who])["id"]
            self.run(who, "diary", "submit", diary, clock=self.clocks[who])
        new = self.run("cadre1", "household", "add", "--village", "鱼泉村", "--group_no", "3", "--head_name", "苟新民", "--sex", "男",
                       "--remark", "新户自外县迁来,户口未办")
        self.run("cadre1", "visit", "add", "--household_id", new["id"], "--date", TODAY, "--outcome", "见到家人", "--text", "路上遇到的新户。")
        mistake = self.run("cadre1", "visit", "add", "--household_id", "999999100201010002", "--date", TODAY, "--outcome", "不在家", "--text", "记错了户。")
        self.run("cadre1", "visit", "cancel", mistake["id"], "--reason", "记错了户")
        issue = self.run("cadre1", "issue", "add", "--village", "鱼泉村", "--category", "交通运输", "--text", "三组便道塌方,摩托过不去。",
                         "--registered_on", TODAY)["id"]
        self.run("cadre1", "issue", "accept", issue)
        self.check("新户、作废的一次、一件事项都记下了", True)
        self.run("cadre1", "issue", "add", "--village", "鱼泉村", "--category", "廉政", "--text", "不该记在这里的事", expect=3)
        self.check("廉政类一个字也不存,并说明该找谁(退出码 3)", True)
        self.sync_fails_softly()

    def sync_fails_softly(self):
        self.run("cadre1", "sync", expect=5)
        waiting = self.run("cadre1", "status")["unsent"]
        self.check("没有信号时同步:退出码 5,%d 条安全地留在本机" % waiting, waiting > 0)

    def edits_meet(self):
        self.step("两台设备改同一户", "乡镇改户籍地,干部改电话:不同的项。两边都改住址:同一项。都在离线时。")
        house = "999999100201010001"
        self.run("desk", "household", "amend", house, "--hukou_addr", "鱼泉村一组")
        self.run("cadre1", "household", "amend", house, "--remark", "电话换过")
        self.run("desk", "household", "amend", house, "--addr", "一组水井湾")
        self.run("cadre1", "household", "amend", house, "--addr", "一组大坪上")
        self.check("四处修改都存在各自本机", True)

    def killed_while_recording(self):
        self.step("记录时被 kill -9", "一边连续记录一边杀进程。凡是说过 已存好 的,一条不少。")
        before = self.run("cadre1", "visit", "list", "--limit", "1")["count"]
        acknowledged = 0
        for attempt in range(12):
            running = subprocess.Popen(
                self.command("cadre1", "visit", "add", "--household_id", "999999100201010002", "--date", TODAY,
                             "--outcome", "见到户主", "--text", "第 %d 次" % attempt), env=self.environment("cadre1"),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                out, _ = running.communicate(timeout=0.1 + 0.04 * attempt)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                out, _ = running.communicate()
            acknowledged += 1 if '"saved":true' in out.replace(" ", "") else 0
        after = self.run("cadre1", "visit", "list", "--limit", "1")["count"]
        self.run("cadre1", "doctor")
        self.check("答应过的 %d 条都在(多出的是已落盘、来不及答应的)" % acknowledged, acknowledged <= after - before <= 12,
                   "实增 %d 条,保险箱完好" % (after - before))

    def contact_returns(self):
        self.step("信号回来了", "服务器在 已落盘 和 回答 之间被 kill -9,再启动。没有丢的,没有重的。")
        self.start_server()
        self.link.up = True
        self.link.kill_on_reply = True
        self.run("cadre1", "sync", expect=5)
        self.check("cadre1 的推送落了盘,回答没有送到,服务器已死", self.link.killed)
        self.start_server()
        for _ in range(2):
            for who in ["cadre1", "cadre2", "cadre3", "desk"]:
                self.run(who, "sync", clock=getattr(self, "clocks", {}).get(who))
        for who in ["cadre1", "cadre2", "cadre3", "desk"]:
            status = self.run(who, "status")
            self.check("%s:未送出 0" % who, status["unsent"] == 0 and status["parked"] == 0)
        quiet = self.run("desk", "sync")
        self.check("再同步一次没有新东西", quiet["records_up"] == 0, "%d 次往返,上行 %d 下行 %d 字节" % (
            quiet["round_trips"], quiet["bytes_up"], quiet["bytes_down"]))

    def nothing_lost(self):
        self.step("对上账了", "同一户的不同项自动合并;同一项两种说法并排,写明是谁。")
        house = self.run("desk", "household", "show", "999999100201010001")
        self.check("不同的项都在", house["hukou_addr"] == "鱼泉村一组" and "电话换过" in str(house.get("remark")))
        conflicts = self.run("desk", "conflicts")["conflicts"]
        addr = [c for c in conflicts if c["field"] == "addr"]
        values = sorted(claim["value"] for c in addr for claim in c["claims"])
        authors = sorted(claim["author"] for c in addr for claim in c["claims"])
        self.check("住址两种说法都在", values == ["一组大坪上", "一组水井湾"], "、".join(authors))
        mine, theirs = (self.run(who, "doctor")["state_hash"] for who in ("cadre1", "desk"))
        shared = set(mine) & set(theirs)
        self.check("干部与乡镇共有的 %d 条流,状态指纹逐字节相同" % len(shared), all(mine[s] == theirs[s] for s in shared))
        now = self.run("desk", "report", "RP01", "--from", TODAY, "--to", TODAY)
        late = sum(r["补录户次"] for r in now["rows"] if r["层级"] == "村")
        self.check("三周里的记录没有一条被当成补录,2099 和 1970 的时钟也没有", late == 0,
                   "无从判断 %d 条" % sum(r["补录无从判断"] for r in now["rows"] if r["层级"] == "村"))

    def ledgers_agree(self):
        self.step("台账", "RP01、RP04、RP06 与独立算出的 expected.json 逐项相同;覆盖率写成分子/分母。")
        with open(os.path.join(TOWNSHIP, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)
        rp01 = self.run("desk", "report", "RP01", *MARCH)
        rows = {r["村/干部"]: r for r in rp01["rows"] if r["层级"] == "村"}
        fields = [("应走访户数", lambda e: e["households"]), ("已走访户数", lambda e: e["households_reached"]),
                  ("覆盖率", lambda e: e["coverage"]), ("走访户次", lambda e: e["visits"]), ("走访人次", lambda e: e["visits"]),
                  ("未见到户次", lambda e: sum(e["not_met"].values())), ("夜访", lambda e: e["evening_visits"]),
                  ("收集事项", lambda e: e["issues"]), ("当场解决", lambda e: e["answered_at_once"]),
                  ("补录户次", lambda e: e["late_entries_over_3_days"]), ("代录户次", lambda e: e["recorded_by_another"])]
        for village, figures in expected["villages"].items():
            for column, of in fields:
                want, got = of(figures), rows[village][column]
                if column == "应走访户数" and village == "鱼泉村":
                    want += 1  # the household found on the way
                if column == "覆盖率" and village == "鱼泉村":
                    want = dict(want, denominator=want["denominator"] + 1)
                shown = "%d/%d" % (got["numerator"], got["denominator"]) if isinstance(got, dict) else got
                self.check("RP01 %s %s" % (village, column), got == want, "= %s" % shown)
        rp06 = {r["职级"]: r for r in self.run("desk", "report", "RP06", *MARCH)["rows"]}
        for rank, figures in expected["pairing_by_rank"].items():
            got = (rp06[rank]["干部数"], rp06[rank]["应结对户"], rp06[rank]["已结对户"], rp06[rank]["达标干部数"])
            want = (figures["cadres"], figures["households_due"], figures["households_paired"], figures["cadres_at_quota"])
            self.check("RP06 %s 干部/应结/已结/达标" % rank, got == want, str(got))
        self.check("RP02 民情台账:169 件", len(self.run("desk", "report", "RP02", *MARCH)["rows"]) == expected["all"]["issues"])
        rp04 = {r["类别"]: r["新收"] for r in self.run("desk", "report", "RP04", *MARCH)["rows"]}
        want = {}
        for figures in expected["villages"].values():
            for category, count in figures["issues_by_category"].items():
                want[category] = want.get(category, 0) + count
        self.check("RP04 事项分类:%d 类" % len(want), rp04 == want, "、".join("%s %d" % pair for pair in sorted(rp04.items())))
        rp03 = self.run("desk", "report", "RP03", *MARCH)["totals"]
        self.check("RP03 平衡:结转 + 新收 − 办结 = 在办", rp03["上期结转"] + rp03["本期新收"] - rp03["办结"] == rp03["在办"],
                   "%d + %d − %d = %d" % (rp03["上期结转"], rp03["本期新收"], rp03["办结"], rp03["在办"]))
        rp14 = self.run("desk", "report", "RP14", "--from", TODAY, "--to", TODAY)
        self.check("RP14 民情日记:3 篇", rp14["totals"]["篇数"] == 3)
        for village, parts in rp01["basis"]["complete"].items():
            print("   完整性 %s:%s" % (village, ",".join("%d 人收到 %s" % (p["people"], p["until"]) for p in parts)))
            self.check("%s 的完整性有日期" % village, all(p["until"] for p in parts))

    def nothing_readable(self):
        self.step("谁也读不到", "在服务器文件夹和上了锁的设备文件夹里,逐字节找姓名、电话和句子。")
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()
        for place in ["server", "desk", "cadre1", "cadre2", "cadre3", "state", "server.log"]:
            found, size = self.find_markers(os.path.join(self.folder, place))
            self.check("%s:%d 字节里一个也没有" % (place, size), not found, "、".join(found))


if __name__ == "__main__":
    main(Story, __doc__)
