#!/usr/bin/python3
"""The second act of scripts/demo: the stolen phone, the forgotten passphrase, the reinstalled desk, the burnt admins.

Each time people are back at work the same hour, nothing is lost, and nobody reads what he may not.
"""
import json
import os
import shutil

from stage import TODAY, TOWNSHIP, Stage, main

VILLAGE = "鱼泉村"
HOUSE, NEXT_HOUSE = "999999100201010001", "999999100201010002"


class Keys(Stage):
    MARKERS = ["向朝凤", "偷走之前记下的一句", "小偷编的一次走访", "电脑重装之前的一句", "烧掉以后记的一句", "忘了口令也记得"]
    PARTS = ["server_starts", "township_works", "paper_in_three_places", "phone_is_stolen", "passphrase_is_forgotten",
             "desk_is_reinstalled", "admins_burn", "nothing_readable"]

    # ---- small words
    def visit(self, who, text, house=HOUSE):
        return self.run(who, "visit", "add", "--household_id", house, "--date", TODAY, "--outcome", "见到户主", "--text", text)["id"]

    def texts(self, who):
        return [row["text"] for row in self.run(who, "visit", "list", "--limit", "5000")["rows"]]

    def devices(self, name, who="desk"):
        members = self.run(who, "members", "--devices")["members"]
        return next(one for one in members if one["name"] == name)["device_list"]

    def number(self, name, who="desk"):
        return next(d["number"] for d in self.devices(name, who) if d["state"] == "在用")

    def sheets(self, *numbers):
        folder = os.path.join(self.folder, "sheets")
        return [word for n in numbers for word in ("--sheet", os.path.join(folder, "恢复单-%d.html" % n))]

    def everybody_syncs(self, *people):
        for _ in range(2):
            for who in people:
                self.run(who, "sync")

    # ---- the story
    def township_works(self):
        self.step("一个乡镇,两名管理员,两名干部", "内勤建乡镇;第二名管理员加入后,两边在电话里核对六位数字,才交钥匙。")
        self.run("desk", "org", "create", "--county", "渭源县", "--township", "清渭镇", "--server", "127.0.0.1:%d" % self.link.port,
                 "--root-out", os.path.join(self.folder, "county-root.txt"), "--name", "李内勤")
        self.run("desk", "import", "roster", os.path.join(TOWNSHIP, "roster-%s.csv" % VILLAGE))
        self.run("desk", "import", "cadres", os.path.join(TOWNSHIP, "cadres.csv"))
        with open(os.path.join(TOWNSHIP, "cadres.csv"), encoding="utf-8-sig") as f:
            rows = [line.strip().split(",") for line in f][1:]
        self.names = [r[0] for r in rows if r[3] == VILLAGE and r[1] == "一般"][:2]
        for who, name in zip(("cadre1", "cadre2"), self.names):
            code = self.run("desk", "invite", "--role", "cadre", "--name", name, "--village", VILLAGE)["code"]
            self.run(who, "join", code)
        code = self.run("desk", "invite", "--role", "admin", "--name", "王镇长")["code"]
        self.run("second", "join", code)
        self.run("desk", "sync")
        digits = self.run("desk", "confirm", "王镇长")["digits"]
        self.run("second", "sync")
        shown = self.run("second", "status")["digits"]
        self.check("六位数字两边相同", shown == digits, shown)
        self.run("desk", "confirm", "王镇长", "--digits", shown)
        self.visit("cadre1", "头一次走访")
        self.visit("cadre2", "第二家的走访", NEXT_HOUSE)
        self.everybody_syncs("cadre1", "cadre2", "second", "desk")
        self.check("第二名管理员读得到全部", len(self.texts("second")) == 2)

    def paper_in_three_places(self):
        self.step("恢复单", "三张纸交给三个人保管,任意两张能让乡镇复原;马上演练一次。")
        made = self.run("desk", "recover", "make", "-o", os.path.join(self.folder, "sheets"))
        self.check("三张恢复单,能打开 %d 条数据流" % made["streams"], len(made["files"]) == 3)
        self.run("desk", "recover", "drill", *self.sheets(1), expect=3)
        self.check("一张什么也打不开(退出码 3)", True)
        drilled = self.run("desk", "recover", "drill", *self.sheets(1, 3))
        self.check("两张通过演练,下次不晚于 %s" % drilled["next_by"], drilled["streams"] == made["streams"])
        self.everybody_syncs("desk", "second", "cadre1", "cadre2")

    def phone_is_stolen(self):
        self.step("手机被偷", "%s 的手机丢了,里面有一条没送出的记录。停用,换钥匙,给他新手机。" % self.names[0])
        self.visit("cadre1", "偷走之前记下的一句")
        shutil.copytree(os.path.join(self.folder, "cadre1"), os.path.join(self.folder, "thief"))
        shutil.rmtree(os.path.join(self.folder, "cadre1"))
        self.passphrases["thief"] = "口令-cadre1"  # it was written on the back
        replaced = self.run("desk", "replace", "--person", self.names[0])
        self.check("旧手机已停用,有了新邀请码", len(replaced["stopped"]) == 1, "号码 " + replaced["stopped"][0])
        self.run("cadre1", "join", replaced["code"])
        self.check("新手机上他从前送到的记录都在", "头一次走访" in self.texts("cadre1"))
        self.visit("cadre2", "小偷看不到的一次", NEXT_HOUSE)
        self.everybody_syncs("cadre2", "desk")
        self.run("thief", "sync")
        self.visit("thief", "小偷编的一次走访")
        self.run("thief", "sync")
        status = self.run("thief", "status")
        self.check("旧手机(小偷知道口令)得知自己已停用", status["device_state"] == "已停用")
        self.check("停用以后别人的记录它读不到", "小偷看不到的一次" not in self.texts("thief"))
        self.late_work_waits()

    def late_work_waits(self):
        self.everybody_syncs("desk", "cadre2")
        waiting = self.run("desk", "quarantine", "list")["items"]
        self.check("它晚送来的在 待核收,不在大家的记录里", len(waiting) >= 1 and "小偷编的一次走访" not in self.texts("cadre2"))
        number = waiting[0]["number"]
        shown = json.dumps(self.run("desk", "quarantine", "show", number), ensure_ascii=False)
        self.check("管理员看得到内容:一句是真的,一句不是", "偷走之前记下的一句" in shown and "小偷编的一次走访" in shown)
        self.run("desk", "quarantine", "admit", number, "--only", "1")
        rest = self.run("desk", "quarantine", "list")["items"]
        self.run("desk", "quarantine", "refuse", rest[0]["number"], "--reason", "手机被偷以后编的")
        self.everybody_syncs("desk", "cadre1", "cadre2", "desk")
        texts = self.texts("cadre2")
        self.check("真的那句收下了,恰好一次", texts.count("偷走之前记下的一句") == 1)
        self.check("编的那次谁也看不到", "小偷编的一次走访" not in texts + self.texts("desk"))

    def passphrase_is_forgotten(self):
        self.step("忘了口令", "%s 在山里二十一天没用,口令忘了,也没有信号。打电话给管理员。" % self.names[1])
        self.run("cadre2", "sync")
        self.run("desk", "sync")
        self.visit("cadre2", "忘了口令也记得", NEXT_HOUSE)
        told = self.run("desk", "unlock", "show", self.names[1])
        self.link.up = False
        self.passphrases["cadre2"] = "电话里想好的新口令"
        opened = self.run("cadre2", "unlock", "--code", told["code"], passphrase="想不起来", new="电话里想好的新口令")
        self.check("念来的解锁码离线打开了,当场换了口令", opened["unlocked"])
        self.check("没送出的那条还在", "忘了口令也记得" in self.texts("cadre2"))
        self.run("cadre2", "unlock", "--code", told["code"], passphrase="又忘了", new="不会成", expect=6)
        self.check("同一个解锁码第二次用:打不开(退出码 6)", True)
        self.link.up = True
        self.run("cadre2", "sync")
        self.run("desk", "sync")
        again = self.run("desk", "unlock", "show", self.names[1])
        self.check("联系以后解锁码换了新的,本人看得到用过的日子", again["code"] != told["code"],
                   self.run("cadre2", "status")["unlock_code_used"])

    def desk_is_reinstalled(self):
        self.step("内勤的电脑重装", "二十二号,县里说断网。先把没送出的存一份带走,再重装;第二名管理员给换一台。")
        self.link.up = False
        self.visit("desk", "电脑重装之前的一句")
        self.run("desk", "shred", "--yes", expect=4)
        self.check("还有只在本机的记录:不许销毁(退出码 4)", True)
        before = sorted(self.texts("desk"))
        copy = os.path.join(self.folder, "copy.age")
        made = self.run("desk", "bundle", "export", copy, "--to", "王镇长")
        self.check("存了一份:%d 条,%d 字节,带的人看不到内容" % (made["records"], made["bytes"]), made["envelopes"] >= 1)
        self.run("desk", "shred", "--yes")
        shutil.rmtree(os.path.join(self.folder, "desk"))
        self.link.up = True
        self.run("second", "sync")
        taken = self.run("second", "bundle", "import", copy)
        self.check("第二名管理员收进 %d 件,替他送到县里" % taken["envelopes"], taken["merged"] >= 1)
        self.run("second", "sync")
        code = self.run("second", "replace", "--person", "李内勤")["code"]
        self.run("desk", "join", code)
        self.confirm("李内勤", by="second", on="desk")
        self.everybody_syncs("desk", "second", "desk")
        self.check("重装后的电脑上一条不少、一条不多", sorted(self.texts("desk")) == before, "%d 次走访" % len(before))

    def confirm(self, name, by, on):
        self.run(by, "sync")
        digits = self.run(by, "confirm", name)["digits"]
        self.run(on, "sync")
        self.check("六位数字两边相同", self.run(on, "status")["digits"] == digits, digits)
        self.run(by, "confirm", name, "--digits", digits)
        self.run(on, "sync")

    def admins_burn(self):
        self.step("两台管理员设备都烧了", "两位保管人各带一张恢复单来,一台新电脑,乡镇复原;每个人都看得到这件事。")
        self.everybody_syncs("cadre1", "cadre2", "desk", "second")
        before = sorted(self.texts("desk"))
        for who in ("desk", "second"):
            shutil.rmtree(os.path.join(self.folder, who))
        self.visit("cadre1", "烧掉以后记的一句")
        self.run("cadre1", "sync")
        self.run("fresh", "recover", "use", *self.sheets(2, 2), "--name", "王镇长", expect=3)
        self.check("同一张的两份不行(退出码 3)", True)
        done = self.run("fresh", "recover", "use", *self.sheets(2, 3), "--name", "王镇长")
        self.check("两张恢复单任命了新管理员设备,停用了烧掉的 %d 台" % len(done["stopped"]), done["recovered"])
        self.run("fresh", "sync")
        self.check("全部记录都读得到", sorted(self.texts("fresh")) == sorted(before + ["烧掉以后记的一句"]))
        told = [line for line in self.run("cadre2", "sync")["alarms"] if "恢复单" in line]
        self.check("每个成员都得知", len(told) == 1, told[0] if told else "")
        code = self.run("fresh", "invite", "--role", "cadre", "--name", "接班的人", "--rank", "一般", "--village", VILLAGE)["code"]
        self.run("newcomer", "join", code)
        self.check("当场就能邀请新人,新人读得到全村", len(self.texts("newcomer")) == len(before) + 1)

    def nothing_readable(self):
        self.step("谁也读不到", "在服务器、U 盘上的副本和上了锁的文件夹里,逐字节找姓名和句子。")
        self.kill_server()
        for place in ["server", "cadre1", "cadre2", "thief", "fresh", "newcomer", "copy.age", "state", "server.log"]:
            found, size = self.find_markers(os.path.join(self.folder, place))
            self.check("%s:%d 字节里一个也没有" % (place, size), not found, "、".join(found))


if __name__ == "__main__":
    main(Keys, __doc__)
