"""The page of invitations for one meeting, from the list of cadres to a device that joins by its slip."""
import contextlib
import html
import os
import re
import stat

import page_height
import qr_reader
from township import Township

ROSTER = """村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期,联系电话,户类型,常年外出
鱼泉村,1,999999100201010001,王一,王一,户主,男,1960-01-02,13900000001,一般,否
清渭社区,1,999999100001010001,周六,周六,户主,男,1955-11-12,,脱贫,否
"""
CADRES = """姓名,职级,手机,包片村
龚海,一般,13800000001,鱼泉村
欧阳小梅,科级,13800000002,鱼泉村、清渭社区
李<b>&,一般,13800000003,清渭社区
"""
HOUSE = "999999100201010001"


@contextlib.contextmanager
def meeting(t):
    """A township with its lists imported, and nobody invited."""
    with Township(t.programs) as town:
        town.start_server()
        town.found()
        for kind, content in [("roster", ROSTER), ("cadres", CADRES)]:
            town.run("desk", "import", kind, write(town, kind + ".csv", content))
        yield town


def write(town, name, content):
    with open(town.path(name), "w", encoding="utf-8") as f:
        f.write(content)
    return town.path(name)


def invite(town, source, target, *words, **options):
    return town.run("desk", "invite", "--from", town.path(source), "-o", town.path(target), *words, **options)


def members(town):
    return town.run("desk", "members")["members"]


def modules(svg):
    """The rows of the symbol inside the quiet zone, from the drawing alone."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    dark = [[False] * side for _ in range(side)]
    path = re.search(r'<path d="((?:M\d+ \d+h\d+v1h-\d+z)+)"/>', svg).group(1)
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert width == back
        for i in range(int(width)):
            dark[int(y)][int(x) + i] = True
    for y in range(side):
        for x in range(side):
            assert not dark[y][x] or (4 <= x < side - 4 and 4 <= y < side - 4), "the quiet zone is white"
    return [row[4:-4] for row in dark[4:-4]]


def slips(town, name):
    """Name → (code, last day) as printed; the symbol must say the same as the letters."""
    with open(town.path(name), encoding="utf-8") as f:
        page = f.read()
    out = {}
    for section in re.findall(r'<section class="slip">.*?</section>', page, re.S):
        letters = re.search(r'<p class="code">(.*?)</p>', section, re.S).group(1)
        code = html.unescape(re.sub(r"<[^>]*>", "", letters))
        assert re.fullmatch(r"(<span>[0-9A-Z]{5,6}</span>-<wbr>){4}<span>[0-9A-Z]{5,6}</span><wbr><span>@[^<]*</span>", letters), letters
        assert qr_reader.read(modules(re.search(r"<svg.*?</svg>", section, re.S).group(0))) == code
        who = html.unescape(re.search(r"<h1>(.*?)</h1>", section).group(1))
        last = re.search(r'<p class="last">最后一天：(\d{4}-\d\d-\d\d)', section).group(1)
        assert section.count("<li>") == 3 and "测试镇" in section and who not in out
        out[who] = (code, last)
    return out


def slips_join(t):
    with meeting(t) as town:
        done = invite(town, "cadres.csv", "slips.html", "--days", "7")
        assert (done["slips"], done["skipped"], done["file"]) == (3, [], town.path("slips.html")), done
        printed = slips(town, "slips.html")
        assert set(printed) == {"龚海", "欧阳小梅", "李<b>&"} and {last for _, last in printed.values()} == {done["expires"]}
        assert stat.S_IMODE(os.stat(town.path("slips.html")).st_mode) == 0o600
        joined = town.run("ou", "join", printed["欧阳小梅"][0])
        assert joined["joined"] and set(joined["villages"]) == {"鱼泉村", "清渭社区"}, joined
        town.run("ou", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主")
        assert town.run("ou", "sync")["unsent"] == 0
        town.run("desk", "sync")
        visit = town.run("desk", "visit", "list")["rows"][0]
        assert visit["visited_by"] == ["欧阳小梅"], "bound to the imported row"
        assert town.run("desk", "cadre", "list")["count"] == 4, "the founder and the three of the list"
        town.run("second", "join", printed["欧阳小梅"][0], expect=4)


def slips_say_nothing_else_of_anybody(t):
    with meeting(t) as town:
        invite(town, "cadres.csv", "slips.html")
        with open(town.path("slips.html"), encoding="utf-8") as f:
            page = f.read()
        for word in ["1380000", "科级", "一般", "鱼泉村", "<b>", "<script", "http:", "https:", "src=", "href=", "url(", "@import"]:
            assert word not in page, word


def three_slips_stand_on_a_page_and_a_long_one_grows(t):
    with meeting(t) as town:
        invite(town, "cadres.csv", "slips.html")
        with open(town.path("slips.html"), encoding="utf-8") as f:
            style = page_height.style_of(f.read())
        slip = style[".slip"]
        assert slip["box-sizing"] == "border-box" and slip["break-inside"] == "avoid" and "height" not in slip, slip
        height = page_height.mm(slip["min-height"])
        assert 3 * height <= page_height.room(style) < 4 * height, "three, and room to spare for none"
        assert not any("nth-of-type" in selector for selector in style), "pages end where the paper does, whatever its size"
        symbol = page_height.mm(style["svg"]["height"])
        assert symbol + 2 * page_height.mm(slip["padding"].split()[0]) <= height
        assert style[".code span:not(:last-child)"]["white-space"] == "nowrap", "the groups stay whole"
        assert style["h1"]["overflow-wrap"] == "anywhere", "a name without spaces stays on the paper"


def slips_again_are_the_same_slips(t):
    with meeting(t) as town:
        invite(town, "cadres.csv", "slips.html")
        first, before = slips(town, "slips.html"), members(town)
        with open(town.path("slips.html"), "rb") as f:
            content = f.read()
        invite(town, "cadres.csv", "slips.html", expect=1)
        with open(town.path("slips.html"), "rb") as f:
            assert f.read() == content, "never overwritten"
        again = invite(town, "cadres.csv", "again.html", "--days", "60")
        assert slips(town, "again.html") == first and members(town) == before
        assert again["expires"] == first["龚海"][1], "the day that the code has"
        town.run("gong", "join", first["龚海"][0])
        rest = invite(town, "cadres.csv", "rest.html", "--skip-refused")
        assert [one["name"] for one in rest["skipped"]] == ["龚海"], rest
        assert slips(town, "rest.html") == {k: v for k, v in first.items() if k != "龚海"}


def slips_refuse_by_line_and_invite_nobody(t):
    with meeting(t) as town:
        write(town, "bad.csv", "干部培训名单\n姓名,职级,手机,包片村\n龚海,一般,,\n生人,一般,,鱼泉村\n龚海,,,\n欧阳小梅,县级,,\n乡镇管理员,,,鱼泉村\n")
        before = members(town)
        done = invite(town, "bad.csv", "bad.html", expect=3)
        assert [one["line"] for one in done["skipped"]] == [4, 5, 6, 7] and done["slips"] == 0, done
        assert all(one["why"] for one in done["skipped"]) and "第 3 行" in done["skipped"][1]["why"], done
        assert members(town) == before and not os.path.exists(town.path("bad.html"))
        done = invite(town, "bad.csv", "bad.html", "--skip-refused")
        assert done["slips"] == 1 and len(done["skipped"]) == 4 and set(slips(town, "bad.html")) == {"龚海"}, done
        write(town, "nobody.csv", "姓名\n生人\n")
        invite(town, "nobody.csv", "nobody.html", "--skip-refused", expect=3)
        write(town, "other.csv", "姓名,包片村\n龚海,清渭社区\n")
        assert invite(town, "other.csv", "other.html", expect=3)["skipped"][0]["line"] == 2, "his code is for another village"


def slips_need_an_admin_a_server_and_a_sensible_line(t):
    with meeting(t) as town:
        for words in [["--name", "龚海"], ["--village", "鱼泉村"], ["--role", "admin"], ["--role", "nobody"], ["--days", "0"],
                      ["--practice"]]:
            invite(town, "cadres.csv", "usage.html", *words, expect=2)
        town.run("desk", "invite", "--from", town.path("cadres.csv"), expect=2)
        town.run("desk", "invite", "-o", town.path("usage.html"), "--from", expect=2)
        invite(town, "missing.csv", "usage.html", expect=3)
        invite(town, "cadres.csv", "slips.html")
        town.run("gong", "join", slips(town, "slips.html")["龚海"][0])
        town.run("gong", "invite", "--from", town.path("cadres.csv"), "-o", town.path("usage.html"), expect=4)
        before = members(town)
        town.stop_server()
        write(town, "one.csv", "姓名\n欧阳小梅\n")
        invite(town, "one.csv", "usage.html", expect=5)
        assert members(town) == before and not os.path.exists(town.path("usage.html"))


def a_code_given_again_has_its_own_last_day(t):
    with meeting(t) as town:
        words = ["invite", "--role", "cadre", "--name", "龚海", "--village", "鱼泉村", "--days"]
        first = town.run("desk", *words, "7")
        assert town.run("desk", *words, "60") == first


def show_says_who_can_read_it(t):
    with meeting(t) as town:
        invite(town, "cadres.csv", "slips.html")
        printed = slips(town, "slips.html")
        town.run("gong", "join", printed["龚海"][0])
        town.run("desk", "sync")
        shown = town.run("desk", "household", "show", HOUSE)
        said = [(one["how"], one["name"], one["roles"]) for one in shown["readers"]]
        assert said == [("role", "乡镇管理员", ["admin", "desk"]), ("role", "龚海", ["cadre"]), ("invited", "欧阳小梅", ["cadre"])], said
        assert [one["name"] for one in shown["private_readers"]] == ["乡镇管理员", "龚海", "欧阳小梅"], shown
        diary = town.run("gong", "diary", "add", "--date", "2026-03-05", "--body", "下村")["id"]
        assert [one["name"] for one in town.run("gong", "diary", "show", diary)["readers"]] == ["乡镇管理员", "龚海"]
        visit = town.run("gong", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主")["id"]
        assert len(town.run("gong", "visit", "show", visit)["readers"]) == 3
        assert "private_readers" not in town.run("gong", "visit", "show", visit)
        words = town.words("gong", "household", "show", HOUSE)
        assert "谁能看到:管理员兼内勤 乡镇管理员、包村 龚海、包村 欧阳小梅(邀请中,尚未加入)" in words, words
        assert "敏感项谁能看到:" in words, words


CLAIMS = [slips_join, slips_say_nothing_else_of_anybody, three_slips_stand_on_a_page_and_a_long_one_grows,
          slips_again_are_the_same_slips, slips_refuse_by_line_and_invite_nobody,
          slips_need_an_admin_a_server_and_a_sensible_line, a_code_given_again_has_its_own_last_day,
          show_says_who_can_read_it]
