"""The recovery kit through the program itself: three sheets of paper, any two bring a township back; and when it may open."""
import contextlib
import html
import os
import re
import shutil
import stat

import page_height
import qr_reader
from slips_claims import HOUSE, ROSTER, modules, write
from township import Township

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@contextlib.contextmanager
def house(programs, *found, cadre=True):
    """A township with a roster and a cadre who has written a visit."""
    with Township(programs) as town:
        town.start_server()
        town.run("desk", "org", "create", "--county", "测试县", "--township", "测试镇", "--server", "127.0.0.1:%d" % town.port,
                 "--root-out", town.path("root.txt"), *found)
        town.run("desk", "import", "roster", write(town, "roster.csv", ROSTER))
        if cadre:
            town.invite_and_join("gong", "龚海", "鱼泉村")
            town.run("gong", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主", "--text", "水管堵了")
            town.run("gong", "sync")
        yield town


def make(town, folder="kit", *words, home="desk", **options):
    return town.run(home, "recover", "make", "-o", town.path(folder), *words, **options)


def page(town, number, folder="kit"):
    return os.path.join(town.path(folder), "恢复单-%d.html" % number)


def sheets(town, *numbers, folder="kit"):
    return [word for number in numbers for word in ("--sheet", page(town, number, folder))]


def lines(town, number, folder="kit"):
    with open(page(town, number, folder), encoding="utf-8") as f:
        return html.unescape(re.search(r"<pre>\n(.*?)</pre>", f.read(), re.S).group(1))


def standing(town, home="desk"):
    """What must be as before when something is refused."""
    return town.run(home, "doctor")["state_hash"], town.run(home, "members"), town.run(home, "status")["recovery"]


def refused(town, code, saying, *words, home="desk", **options):
    done = town.run(home, *words, expect=code, **options)
    assert saying in done["error"]["message"], (words, done)


def recovery_sheets_say_the_same_in_letters_and_symbols(t):
    with house(t.programs, cadre=False) as town:
        assert town.run("desk", "status")["recovery"] == {"kit": False, "drilled": None, "due": False}
        made = make(town)
        assert made["files"] == [page(town, n) for n in (1, 2, 3)] and not made["replaced"] and made["streams"] >= 4, made
        for number in (1, 2, 3):
            with open(page(town, number), encoding="utf-8") as f:
                whole = f.read()
            text = lines(town, number)
            assert re.fullmatch(r"(?:\d+: (?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\n){10}@127\.0\.0\.1:%d\n" % town.port, text), text
            assert qr_reader.read(modules(re.search(r"<svg.*?</svg>", whole, re.S).group(0))) == text
            assert made["checks"][number - 1] in whole and "第 %d 张" % number in whole and "测试镇" in whole
            assert stat.S_IMODE(os.stat(page(town, number)).st_mode) == 0o600
            for word in ["<script", "http:", "https:", "src=", "href=", "url(", "@import"]:
                assert word not in whole, word
        assert len(set(made["checks"])) == 3


def a_recovery_sheet_is_one_page(t):
    with Township(t.programs) as town:
        town.start_server()
        town.run("desk", "org", "create", "--county", "测试县", "--township", "民族团结进步示范街道办事处" * 3,
                 "--server", "localhost:%d" % town.port, "--root-out", town.path("root.txt"))
        make(town)
        for number in (1, 2, 3):
            with open(page(town, number), encoding="utf-8") as f:
                content = f.read()
            style = page_height.style_of(content)
            # Other printers' fonts and a browser's own head and foot want a few lines.
            assert page_height.height(content) < page_height.room(style) - 20, page_height.height(content)
            size, _ = page_height.font_of(style, "pre")
            assert all(0.65 * size * len(line) < page_height.room(style, 0) for line in lines(town, number).splitlines()), "whole lines"
            assert style["pre"]["white-space"] == "pre-wrap", "a long address is not cut off"


def recovery_any_two_pass_the_drill(t):
    with house(t.programs, cadre=False) as town:
        streams = make(town)["streams"]
        assert town.run("desk", "status")["recovery"] == {"kit": True, "drilled": None, "due": True}
        town.stop_server()
        for pair in [(1, 2), (3, 1), (2, 3), (1, 2, 3)]:
            done = town.run("desk", "recover", "drill", *sheets(town, *pair))
            assert done["streams"] == streams and done["next_by"] > done["drilled"], done
        # As somebody types them: small letters, blanks, lines out of order.
        typed = "\n".join(reversed(lines(town, 2).lower().replace("-", " ").splitlines()))
        done = town.run("desk", "recover", "drill", "--sheet", "-", "--sheet", "-", stdin=typed + "\n\n" + lines(town, 3))
        assert done["streams"] == streams
        assert town.run("desk", "status")["recovery"] == {"kit": True, "drilled": done["drilled"], "due": False}


def recovery_bad_sheets_end_in_a_sentence(t):
    with house(t.programs) as town, house(t.programs, cadre=False) as other:
        make(other)
        refused(town, 3, "别的乡镇", "recover", "drill", *sheets(other, 1, 2))
        make(town)
        for home in ["gong", "desk"]:  # unlock codes in escrow are sealed again, for the kit as well
            town.run(home, "sync")
        before = standing(town)
        mistyped = lines(town, 1)
        at = mistyped.index("4: ") + 9
        with open(town.path("typo.txt"), "w", encoding="utf-8") as f:
            f.write(mistyped[:at] + SYMBOLS[(SYMBOLS.index(mistyped[at]) + 5) % 32] + mistyped[at + 1:])
        with open(town.path("short.txt"), "w", encoding="utf-8") as f:
            f.write("\n".join(mistyped.splitlines()[:6]))
        for code, saying, words in [
                (3, "一张什么也打不开", sheets(town, 2)),
                (3, "同一张(第 2 张)的两份", sheets(town, 2, 2)),
                (3, "不是同一个乡镇", sheets(town, 1) + ["--sheet", page(other, 2)]),
                (3, "别的乡镇", ["--sheet", page(other, 1), "--sheet", page(other, 2)]),
                (3, "第 4 行", ["--sheet", town.path("typo.txt")] + sheets(town, 2)),
                (3, "缺第 7 行", ["--sheet", town.path("short.txt")] + sheets(town, 2)),
                (3, "缺第 1 行", ["--sheet", town.path("roster.csv")] + sheets(town, 2)),
                (3, "", ["--sheet", town.path("nothing.html")] + sheets(town, 2)),
                (2, "两张", []), (2, "两张", sheets(town, 1, 2, 3, 1))]:
            refused(town, code, saying, "recover", "drill", *words)
        refused(town, 1, "已有一套", "recover", "make", "-o", town.path("again"))
        assert not os.path.exists(town.path("again"))
        refused(town, 4, "管理员", "recover", "make", "-o", town.path("again"), home="gong")
        refused(town, 2, "-o", "recover", "make")
        refused(town, 2, "recover", "recover", "burn")
        refused(town, 1, "已有恢复单", "recover", "make", "--replace", "-o", town.path("kit"))
        town.stop_server()
        refused(town, 5, "", "recover", "make", "--replace", "-o", town.path("offline"))
        assert not os.path.exists(town.path("offline")) and standing(town) == before


def recovery_an_old_kit_is_paper(t):
    with house(t.programs, cadre=False) as town:
        refused(town, 1, "还没有恢复单", "recover", "make", "--replace", "-o", town.path("first"))
        make(town)
        town.run("desk", "recover", "drill", *sheets(town, 1, 2))
        assert make(town, "newer", "--replace")["replaced"]
        assert town.run("desk", "status")["recovery"] == {"kit": True, "drilled": None, "due": True}, "the new one is not drilled"
        refused(town, 3, "不是现在有效的", "recover", "drill", *sheets(town, 1, 2))
        refused(town, 3, "不是同一套", "recover", "drill", *sheets(town, 1), *sheets(town, 2, folder="newer"))
        town.run("desk", "recover", "drill", *sheets(town, 1, 3, folder="newer"))
        refused(town, 4, "换掉", "recover", "use", *sheets(town, 1, 2), home="thief")


def recovery_two_sheets_bring_the_township_back(t):
    with house(t.programs) as town:
        make(town)
        town.run("desk", "sync")
        shutil.rmtree(town.path("desk"))
        for code, saying, words, home in [
                (3, "一张什么也打不开", sheets(town, 2), "fresh"), (3, "同一张", sheets(town, 3, 3), "fresh"),
                (1, "已经属于", sheets(town, 1, 2), "gong")]:
            refused(town, code, saying, "recover", "use", *words, home=home)
        town.stop_server()
        refused(town, 5, "", "recover", "use", *sheets(town, 1, 3), home="fresh")
        town.start_server()
        done = town.run("fresh", "recover", "use", *sheets(town, 1, 3), "--name", "新管理员")
        assert done["recovered"] and len(done["stopped"]) == 1 and done["left"] == 0 and not done["known"], done
        assert [row["text"] for row in town.run("fresh", "visit", "list")["rows"]] == ["水管堵了"]
        assert any(row["name"] == "新管理员" and row["me"] and "admin" in row["roles"] for row in town.run("fresh", "members")["members"])
        told = town.run("gong", "sync")["alarms"]
        assert any("恢复单" in alarm for alarm in told), told
        town.run("gong", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-06", "--outcome", "见到户主")
        assert town.run("gong", "sync")["unsent"] == 0
        town.run("fresh", "sync")
        assert town.run("fresh", "visit", "list")["count"] == 2
        code = town.run("fresh", "invite", "--role", "cadre", "--name", "李四", "--village", "清渭社区")["code"]
        town.run("li", "join", code)
        refused(town, 1, "已经属于", "recover", "use", *sheets(town, 1, 3), home="fresh")
        make(town, "newer", "--replace", home="fresh")


def recovery_sheets_stay_on_paper(t):
    with house(t.programs, cadre=False) as town:
        make(town)
        town.run("desk", "recover", "drill", *sheets(town, 1, 2))
        secrets = [line.split(": ")[1].encode() for n in (1, 2, 3) for line in lines(town, n).splitlines()[:10]]
        secrets += [secret.replace(b"-", b"") for secret in secrets]
        for folder, _, names in os.walk(town.folder):
            for name in names:
                if name.startswith("恢复单-"):
                    continue
                with open(os.path.join(folder, name), "rb") as f:
                    content = f.read()
                assert not any(secret in content for secret in secrets), name
        assert sorted(os.listdir(town.path("kit"))) == ["恢复单-%d.html" % n for n in (1, 2, 3)]


def a_township_opens_when_it_is_ready(t):
    with house(t.programs) as town:
        town.run("desk", "sync")
        status = town.run("desk", "status")
        assert status["state"] == "筹备" and "missing" not in town.run("gong", "status"), status
        assert status["missing"] == ["second_admin_device", "recovery_kit", "recovery_drill", "pairings", "root_away"], status
        assert "筹备还缺" in town.words("desk", "status")
        os.remove(town.path("root.txt"))
        assert "root_away" not in town.run("desk", "status")["missing"]
        refused(town, 4, "第二台管理员设备", "org", "open")
        refused(town, 4, "管理员", "org", "open", home="gong")
        code = town.run("desk", "invite", "--role", "admin", "--name", "王副")["code"]
        town.run("second", "join", code)
        refused(town, 4, "恢复单", "org", "open")
        make(town)
        done = town.run("desk", "org", "open", expect=4)
        assert done["missing"] == ["recovery_drill"] and "recover drill" in done["error"]["message"], done
        town.run("desk", "recover", "drill", *sheets(town, 1, 2))
        done = town.run("desk", "org", "open")
        assert done["opened"] and done["state"] == "正式启用", done
        status = town.run("desk", "status")
        assert status["state"] == "正式启用" and "missing" not in status, status
        refused(town, 1, "已正式启用", "org", "open")
        # From now on somebody else signs for a new kit: two old sheets do.
        refused(town, 4, "还要一个签名", "recover", "make", "--replace", "-o", town.path("newer"))
        assert not os.path.exists(town.path("newer"))
        make(town, "newer", "--replace", *sheets(town, 2, 3))
        town.run("desk", "recover", "drill", *sheets(town, 1, 2, folder="newer"))


def a_practice_township_never_opens(t):
    with house(t.programs, "--practice", cadre=False) as town:
        assert town.run("desk", "status")["state"] == "试用"
        refused(town, 4, "试用", "org", "open")


def a_second_township_is_founded_by_file(t):
    with Township(t.programs) as town:
        town.start_server()
        server = "127.0.0.1:%d" % town.port
        county = town.run("keeper", "org", "county", "create", "--county", "测试县", "--card-out", town.path("card"), "--root-out", town.path("root.txt"))
        assert not os.path.exists(town.path("keeper")), "no home is made"
        assert stat.S_IMODE(os.stat(town.path("root.txt")).st_mode) == 0o600
        for name in ["甲镇", "乙镇"]:
            asked = town.run(name, "org", "township", "request", "--card", town.path("card"), "--township", name, "--server", server,
                             "-o", town.path(name + ".mq"))
            assert (asked["township"], asked["certified"], asked["root_number"]) == (name, False, county["root_number"]), asked
            signed = town.run("keeper", "org", "township", "certify", town.path(name + ".mq"), "--root", town.path("root.txt"),
                              "-o", town.path(name + ".cert"))
            assert signed["certified"] and signed["device"] == asked["device"], signed
        refused(town, 3, "不是给本机", "org", "township", "enrol", town.path("乙镇.cert"), home="甲镇")
        refused(town, 3, "还没有签", "org", "township", "enrol", town.path("甲镇.mq"), home="甲镇")
        ids = [town.run(name, "org", "township", "enrol", town.path(name + ".cert"))["township"] for name in ["甲镇", "乙镇"]]
        assert len(set(ids)) == 2
        refused(town, 1, "已经属于", "org", "township", "enrol", town.path("甲镇.cert"), home="甲镇")
        for name in ["甲镇", "乙镇"]:
            assert town.run(name, "status")["state"] == "筹备"
            town.run(name, "import", "roster", write(town, "roster.csv", ROSTER))
            town.run(name, "sync")


def county_files_that_do_not_fit_are_refused(t):
    with Township(t.programs) as town:
        town.start_server()
        server = "127.0.0.1:%d" % town.port
        printed = town.run("keeper", "org", "county", "create", "--county", "测试县", "--card-out", town.path("card"), "--root-print")
        with open(town.path("paper.txt"), "w", encoding="utf-8") as f:
            f.write(printed["county_root"].lower())
        town.run("keeper", "org", "county", "create", "--county", "另一县", "--card-out", town.path("other"), "--root-out", town.path("other.txt"))
        refused(town, 1, "已存在", "org", "county", "create", "--county", "测试县", "--card-out", town.path("card"), "--root-print", home="keeper")
        refused(town, 2, "县根", "org", "county", "create", "--county", "测试县", "--card-out", town.path("third"), home="keeper")
        with open(town.path("card"), encoding="utf-8") as f:
            card = f.read()
        write(town, "renamed", card.replace("测试县", "别的县"))
        ask = ["org", "township", "request", "--township", "甲镇", "--server", server, "-o", town.path("a.mq")]
        refused(town, 3, "名称被改过", *ask, "--card", town.path("renamed"), home="甲镇")
        refused(town, 3, "缺第 1 行", *ask, "--card", write(town, "none", "县: 测试县\n"), home="甲镇")
        town.run("甲镇", *ask, "--card", town.path("card"))
        refused(town, 1, "已存在", *ask, "--card", town.path("card"), home="甲镇")
        certify = ["org", "township", "certify", town.path("a.mq"), "-o", town.path("a.cert")]
        refused(town, 3, "另一个县", *certify, "--root", town.path("other.txt"), home="keeper")
        refused(town, 3, "", *certify, "--root", town.path("card"), home="keeper")
        refused(town, 7, "已损坏", "org", "township", "certify", town.path("card"), "--root", town.path("paper.txt"), "-o", town.path("b.cert"),
                home="keeper")
        assert not os.path.exists(town.path("a.cert"))
        town.stop_server()
        town.run("keeper", *certify, "--root", town.path("paper.txt"))
        refused(town, 5, "", "org", "township", "enrol", town.path("a.cert"), home="甲镇")
        town.start_server()
        assert town.run("甲镇", "org", "township", "enrol", town.path("a.cert"))["state"] == "筹备"
        # The short way goes on under a root that exists.
        town.run("乙镇", "org", "create", "--county", "测试县", "--township", "乙镇", "--server", server, "--root", town.path("paper.txt"))
        refused(town, 4, "另一个县", "org", "create", "--county", "另一县", "--township", "丙镇", "--server", server, "--root", town.path("other.txt"),
                home="丙镇")


def without_admin_and_sheets_the_county_and_two_members_help(t):
    with house(t.programs) as town:
        code = town.run("desk", "invite", "--role", "cadre", "--name", "王五", "--village", "鱼泉村")["code"]
        town.run("wang", "join", code)
        town.run("gong", "sync")
        server, township = "127.0.0.1:%d" % town.port, town.run("gong", "status")["township"]
        shutil.rmtree(town.path("desk"))
        ask = ["org", "township", "request", "--rejoin", "--township-id", township, "--server", server, "--name", "新管理员"]
        asked = town.run("fresh", *ask, "-o", town.path("ask.mq"))
        refused(town, 1, "已存在", *ask, "-o", town.path("ask.mq"), home="fresh")
        refused(town, 2, "32 个十六进制", "org", "township", "request", "--rejoin", "--township-id", "12", "--server", server, "-o", town.path("b.mq"),
                home="fresh")
        signed = town.run("keeper", "org", "county", "appoint", town.path("ask.mq"), "--root", town.path("root.txt"), "-o", town.path("appoint.mq"))
        assert (signed["device"], signed["name"]) == (asked["device"], "新管理员"), signed
        assert not os.path.exists(town.path("keeper")), "no home is made"
        done = town.run("fresh", "org", "township", "rejoin", town.path("appoint.mq"), "--server", server)
        assert done["rejoined"] and done["township"] == township, done
        assert any("任命" in alarm for alarm in town.run("gong", "sync")["alarms"])
        town.run("wang", "sync")
        refused(town, 3, "", "recover", "grant", "--for", "00000000", "--with", "王五", "-o", town.path("keys.mq"), home="gong")
        refused(town, 3, "你自己", "recover", "grant", "--for", done["device"], "--with", "龚海", "-o", town.path("keys.mq"), home="gong")
        town.run("gong", "recover", "grant", "--for", done["device"], "--with", "王五", "-o", town.path("keys.mq"))
        refused(town, 3, "不是给你签", "recover", "grant", town.path("keys.mq"), home="gong")
        assert town.run("wang", "recover", "grant", town.path("keys.mq"))["granted"] == 3
        town.run("fresh", "sync")
        assert [row["text"] for row in town.run("fresh", "visit", "list")["rows"]] == ["水管堵了"]


CLAIMS = [recovery_sheets_say_the_same_in_letters_and_symbols, a_recovery_sheet_is_one_page, recovery_any_two_pass_the_drill, recovery_bad_sheets_end_in_a_sentence,
          recovery_an_old_kit_is_paper, recovery_two_sheets_bring_the_township_back, recovery_sheets_stay_on_paper,
          a_township_opens_when_it_is_ready, a_practice_township_never_opens, a_second_township_is_founded_by_file, county_files_that_do_not_fit_are_refused,
          without_admin_and_sheets_the_county_and_two_members_help]
