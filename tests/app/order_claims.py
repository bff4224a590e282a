"""Every wrong order of steps, in tables: its exit code, a sentence that says what to do, and nothing changed anywhere."""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess

from members_claims import HOUSE, join, number, person, township, visit
from recovery_claims import make, sheets
from slips_claims import meeting
from township import Township

FOUNDER = "乡镇管理员"
OFFLINE = "什么也没有改动"


def log_of(town):
    """How many entries the server's membership logs have, and what their bytes come to."""
    with sqlite3.connect("file:%s?mode=ro" % town.path("server/minqing.db"), uri=True) as database:
        rows = database.execute("SELECT seq, entry FROM control ORDER BY township, seq").fetchall()
    return len(rows), hashlib.sha256(b"".join(entry for _, entry in rows)).hexdigest()


def held_by(town, home):
    """What a home holds: its key file, the records, what waits; nothing if it does not exist."""
    key = os.path.join(town.path(home), "vault.key")
    if not os.path.exists(key):
        return None
    with open(key, "rb") as f:
        return f.read(), say(town, home, "doctor")[1], town.run(home, "status").get("unsent")


def say(town, home, *words, **environment):
    """The exit code, and what was said: the sentence of a refusal, else the object."""
    process = subprocess.run(town.line(home, *words), env=town.environment(**environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    return process.returncode, json.loads(process.stdout)["error"]["message"] if process.returncode else process.stdout


def wrong(town, table, **environment):
    for home in {home for _, _, home, _ in table} | {"desk"}:
        if town.server and os.path.exists(town.path(home)):
            town.run(home, "sync")
            town.run(home, "sync")  # nobody has anything to say any more
    log, held = log_of(town), {}
    for code, saying, home, words in table:
        if home not in held:
            held[home] = held_by(town, home)
        got, said = say(town, home, *words, **environment)
        assert got == code and saying in said, (home, words, got, said)
        assert log_of(town) == log, (home, words, said)
        assert held_by(town, home) == held[home], (home, words, said)


def handover(giver, taker, village, *more):
    return ["handover", "--from", giver, "--to", taker, "--village", village, *more]


def the_only_admin_is_told_who_could_do_it(t):
    with township(t, ("gong", "龚海")) as town:
        mine, his = number(town, FOUNDER), number(town, "龚海")
        code = town.run("desk", "invite", "--role", "cadre", "--name", "欧阳小梅", "--village", "鱼泉村")["code"]
        server = "127.0.0.1:%d" % town.port
        wrong(town, [
            (4, "另一台管理员设备", "desk", ["revoke", mine]),
            (4, "另一台管理员设备", "desk", ["replace", "--person", FOUNDER]),
            (4, "另一位管理员", "desk", ["leave", FOUNDER, "--on", "2026-04-30"]),
            (4, "recover make", "desk", ["shred", "--yes"]),
            (4, "invite --role admin", "desk", ["org", "open"]),
            (3, "members --devices", "desk", ["revoke", "00000000"]),
            (3, "members --devices", "desk", ["revoke", "龚海"]),
            (3, "members --devices", "desk", ["revoke", "--invite", "龚海"]),
            (3, "请写另一位", "desk", handover("龚海", "龚海", "鱼泉村")),
            (3, "本机上有", "desk", handover("龚海", "欧阳小梅", "没有的村")),
            (3, "请核对", "desk", handover("没有的人", "欧阳小梅", "鱼泉村")),
            (3, "", "desk", handover("龚海", "欧阳小梅", "鱼泉村", "--on", "2999-01-01")),
            (3, "请核对", "desk", ["leave", "没有的人", "--on", "2026-04-30"]),
            (3, "members", "desk", ["confirm", "没有的人"]),
            (3, "join", "desk", ["confirm", "龚海", "--digits", "123456"]),
            (3, "members", "desk", ["replace", "--person", "没有的人"]),
            (3, "members", "desk", ["unlock", "show", "没有的人"]),
            (3, "quarantine list", "desk", ["quarantine", "admit", "00000000"]),
            (3, "对照原件", "desk", ["recover", "drill", *["--sheet", town.path("roster.csv")] * 2]),
            (1, "--home", "desk", ["org", "create", "--county", "县", "--township", "镇", "--server", server]),
            (1, "空文件夹", "desk", ["join", code]),
            (1, "空文件夹", "gong", ["join", code]),
            (4, "管理员", "gong", ["revoke", his]),
            (4, "管理员", "gong", ["rotate"]),
            (4, "管理员", "gong", ["org", "open"]),
            (4, "管理员", "gong", ["leave", "欧阳小梅", "--on", "2026-04-30"]),
            (4, "", "gong", handover("龚海", "欧阳小梅", "鱼泉村")),
            (3, "新管理员", "gong", ["confirm", FOUNDER]),
            (4, "管理员", "gong", ["unlock", "show", FOUNDER])])


def without_a_server_nothing_is_half_done(t):
    with township(t, ("gong", "龚海")) as town:
        his = number(town, "龚海")
        visit(town, "gong", "只在这里")
        make(town)
        town.run("desk", "sync")
        town.stop_server()
        wrong(town, [(5, saying, "desk", words) for saying, words in [
            (OFFLINE, ["rotate"]), (OFFLINE, ["rotate", "--village", "鱼泉村"]), (OFFLINE, ["revoke", his]),
            (OFFLINE, ["replace", "--person", "龚海"]), (OFFLINE, ["grant", "龚海"]), (OFFLINE, ["confirm", "龚海"]),
            (OFFLINE, ["leave", "龚海", "--on", "2026-04-30"]), (OFFLINE, handover("龚海", "欧阳小梅", "鱼泉村")),
            ("", ["invite", "--role", "admin", "--name", "副镇长"]), ("", ["org", "open"]),
            ("", ["recover", "make", "--replace", "-o", town.path("offline")]), ("", ["quarantine", "admit", "00000000"])]])
        wrong(town, [(4, "bundle export", "gong", ["shred", "--yes"])])
        assert not os.path.exists(town.path("offline"))


def wrong_digits_and_a_proposal_of_ones_own(t):
    with township(t) as town:
        join(town, "vice", town.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"])
        digits = town.run("desk", "confirm", "副镇长")
        town.run("vice", "sync")
        off = "%06d" % ((int(digits["digits"]) + 1) % 1000000)
        wrong(town, [(3, "revoke " + digits["device"], "desk", ["confirm", "副镇长", "--digits", off]),
                     (2, "--digits", "desk", ["confirm", "副镇长", "--digits", "12345"])])
        assert town.run("vice", "status")["keys_missing"] > 0
        town.run("desk", "confirm", "副镇长", "--digits", digits["digits"])
        town.run("vice", "sync")
        proposal = town.path("proposal")
        town.run("desk", "invite", "--role", "admin", "--name", "人大主席", "--propose", proposal)
        wrong(town, [(4, "另一位管理员", "desk", ["sign", proposal, "--yes"]),
                     (3, "", "desk", ["sign", town.path("no-such-file"), "--yes"])])
        town.run("desk", "rotate", "--village", "鱼泉村")
        town.run("vice", "sync")
        wrong(town, [(1, "重新提议", "vice", ["sign", proposal, "--yes"])])


def sheets_that_do_not_do(t):
    with township(t) as town, meeting(t) as other:
        make(town)
        make(other)
        use = ["recover", "use"]
        foreign = ["--sheet", os.path.join(other.path("kit"), "恢复单-2.html")]
        wrong(town, [
            (3, "再找另外两张", "fresh", [*use, *sheets(town, 1)]),
            (3, "请再找另一张", "fresh", [*use, *sheets(town, 2, 2)]),
            (3, "不是同一个乡镇", "fresh", [*use, *sheets(town, 1), *foreign]),
            (2, "--sheet", "fresh", use),
            (1, "空文件夹", "desk", [*use, *sheets(town, 1, 2)]),
            (3, "再找另外两张", "desk", ["recover", "drill", *sheets(town, 3)]),
            (3, "请再找另一张", "desk", ["recover", "drill", *sheets(town, 3, 3)]),
            (3, "不是同一个乡镇", "desk", ["recover", "drill", *sheets(town, 1), *foreign])])
        make(town, "newer", "--replace")
        wrong(town, [(3, "不是现在有效的", "desk", ["recover", "drill", *sheets(town, 1, 2)])])
        log = log_of(town)
        got, said = say(town, "fresh", *use, *sheets(town, 1, 2))
        assert got == 4 and log_of(town) == log, (got, said)


def an_unlock_code_opens_once(t):
    with township(t, ("gong", "龚海"), ("ou", "欧阳小梅")) as town:
        code = town.run("gong", "unlock", "make")["code"]
        assert say(town, "gong", "unlock", "--code", code, MINQING_NEW_PASSPHRASE="a passphrase ")[0] == 0
        say(town, "gong", "passphrase", "change", passphrase="a passphrase ", MINQING_NEW_PASSPHRASE="a passphrase")
        other = town.run("ou", "unlock", "make")["code"]
        wrong(town, [(6, "已用过", "gong", ["unlock", "--code", code]), (6, "管理员", "gong", ["unlock", "--code", other]),
                     (3, "18 个字符", "gong", ["unlock", "--code", code[:9]])], MINQING_NEW_PASSPHRASE="another")


def the_last_admin_of_an_open_township_stays(t):
    with township(t, ("gong", "龚海")) as town:
        join(town, "vice", town.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"])
        town.run("desk", "confirm", "副镇长", "--digits", town.run("desk", "confirm", "副镇长")["digits"])
        make(town)
        town.run("desk", "recover", "drill", *sheets(town, 1, 2))
        town.run("desk", "org", "open")
        town.run("vice", "sync")
        mine, his = number(town, FOUNDER), number(town, "副镇长")
        wrong(town, [(1, "已正式启用", "desk", ["org", "open"]), (4, "另一台管理员设备", "desk", ["revoke", mine]),
                     (4, "--propose", "desk", ["invite", "--role", "admin", "--name", "人大主席"])])
        town.run("desk", "revoke", his)
        wrong(town, [(4, "另一台管理员设备", "desk", ["revoke", mine]),
                     (4, "另一位管理员", "desk", ["leave", FOUNDER, "--on", "2026-04-30"]),
                     (1, "已停用", "desk", ["revoke", his]),
                     (4, "另一位管理员", "vice", ["revoke", mine]),
                     (4, "另一位管理员", "vice", ["rotate"])])


def a_practice_township_stays_one(t):
    with Township(t.programs) as town:
        town.start_server()
        town.run("desk", "org", "create", "--county", "测试县", "--township", "测试镇", "--server", "127.0.0.1:%d" % town.port,
                 "--root-out", town.path("root.txt"), "--practice")
        wrong(town, [(4, "org create", "desk", ["org", "open"])])


def late_work_is_decided_without_a_gap_and_once(t):
    with township(t, ("gong", "龚海")) as town:
        town.run("desk", "revoke", number(town, "龚海"))
        town.stop_server()
        shutil.copytree(town.path("server"), town.path("earlier"))
        town.start_server()
        visit(town, "gong", "先送的")
        town.run("gong", "sync")
        visit(town, "gong", "后送的")
        town.run("gong", "bundle", "export", town.path("late.age"))
        town.stop_server()
        shutil.rmtree(town.path("server"))
        os.rename(town.path("earlier"), town.path("server"))
        town.start_server()
        town.run("desk", "bundle", "import", town.path("late.age"))
        waiting = town.run("desk", "quarantine", "list")["items"]
        assert len(waiting) == 1 and waiting[0]["can_be_decided"] is False and waiting[0]["missing"] > 0, waiting
        first = waiting[0]["number"]
        wrong(town, [(3, "等它送到", "desk", ["quarantine", "admit", first]),
                     (3, "等它送到", "desk", ["quarantine", "refuse", first, "--reason", "不齐"])])
        # His receipt proves what the server has lost, and he brings it back.
        wrong(town, [(4, "管理员", "gong", ["quarantine", "admit", first])])
        town.run("desk", "sync")
        whole = town.run("desk", "quarantine", "list")["items"][0]
        assert (whole["can_be_decided"], whole["envelopes"]) == (True, 2), whole
        town.run("desk", "quarantine", "admit", whole["number"])
        wrong(town, [(3, "quarantine list", "desk", ["quarantine", "admit", whole["number"]]),
                     (3, "quarantine list", "desk", ["quarantine", "refuse", whole["number"], "--reason", "改主意"])])


def files_of_others_are_refused(t):
    with township(t, ("gong", "龚海")) as town, meeting(t) as other:
        server = "127.0.0.1:%d" % town.port
        town.run("keeper", "org", "county", "create", "--county", "别县", "--card-out", town.path("card"), "--root-out", town.path("their-root"))
        root = {"ours": town.path("root.txt"), "theirs": town.path("their-root")}
        ask = ["org", "township", "request", "--card", town.path("card"), "--server", server]
        for home in ("甲镇", "乙镇"):
            town.run(home, *ask, "--township", home, "-o", town.path(home + ".mq"))
        for home in ("甲镇", "乙镇"):
            town.run("keeper", "org", "township", "certify", town.path(home + ".mq"), "--root", root["theirs"], "-o", town.path(home + ".cert"))
        visit(town, "gong", "给本乡镇的")
        town.run("gong", "bundle", "export", town.path("ours.age"))
        enrol = ["org", "township", "enrol"]
        wrong(town, [
            (4, "不是给本机的", "gong", ["bundle", "import", town.path("ours.age")]),
            (3, "不是一份存件", "desk", ["bundle", "import", town.path("roster.csv")]),
            (1, "已经属于", "desk", [*enrol, town.path("甲镇.cert")]),
            (3, "另一个县", "keeper", ["org", "township", "certify", town.path("甲镇.mq"), "--root", root["ours"], "-o", town.path("x")])])
        log = log_of(town)
        for code, saying, words in [(3, "不是给本机", [*enrol, town.path("乙镇.cert")]), (3, "还没有签", [*enrol, town.path("甲镇.mq")]),
                                    (7, "已损坏", [*enrol, town.path("card")]), (4, "另一个县", [*enrol, town.path("甲镇.cert")])]:
            got, said = say(town, "甲镇", *words)
            assert got == code and saying in said and log_of(town) == log, (words, got, said)
        shutil.copy(town.path("ours.age"), other.path("theirs.age"))
        wrong(other, [(4, "不是给本机的", "desk", ["bundle", "import", other.path("theirs.age")])])


CLAIMS = [the_only_admin_is_told_who_could_do_it, without_a_server_nothing_is_half_done, wrong_digits_and_a_proposal_of_ones_own,
          sheets_that_do_not_do, an_unlock_code_opens_once, the_last_admin_of_an_open_township_stays, a_practice_township_stays_one,
          late_work_is_decided_without_a_gap_and_once, files_of_others_are_refused]
