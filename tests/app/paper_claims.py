"""Paper: booklets to sign, contact cards, the copy for a villager, 请不要记, and diaries typed for a colleague."""
import re
import shutil
import subprocess

from township import Township

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]
HOUSE = "999999100201010001"


def page(t, home, *words):
    path = t.path("page.html")
    done = t.run(home, *words, "-o", path)
    text = open(path, encoding="utf-8").read()
    assert "<script" not in text and "http" not in text.replace("http-equiv", ""), "nothing runs, nothing is fetched"
    assert done["file"] == path
    return text, done


def paper_no_word_stands_beside_do_not_record(t):
    asked = ["visit", "add", "--household_id", HOUSE, "--date", "2026-03-11", "--outcome", "请不要记"]
    refused = t.run("desk", *asked, "--text", "家里在吵架", "--demand", "劝和", expect=3)
    assert {fault["field"] for fault in refused["faults"]} == {"text", "demand"}, refused
    kept = t.run("desk", *asked)["id"]
    written = t.run("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-12", "--outcome", "见到家人", "--text", "不该记的话")["id"]
    again = t.run("desk", "visit", "amend", written, "--outcome", "请不要记", expect=3)
    assert [fault["field"] for fault in again["faults"]] == ["text"] and "改动历史" in again["faults"][0]["why"], again
    emptied = t.run("desk", "visit", "amend", written, "--outcome", "请不要记", "--text", "")
    assert [flag["field"] for flag in emptied["flags"]] == ["outcome"], emptied
    html, _ = page(t, "desk", "visit", "print", *MARCH, "--household_id", HOUSE)
    assert "不该记的话" not in html and html.count("结果：请不要记") >= 2, html
    t.run("desk", "visit", "cancel", kept, "--reason", "试验")
    t.run("desk", "visit", "cancel", written, "--reason", "试验")


def paper_visits_print_with_what_was_late_and_amended(t):
    late = t.run("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-13", "--recorded_on", "2026-03-20", "--visited_by", "曾泽飞",
                 "--outcome", "见到户主", "--text", "<b>水管</b>堵了", "--demand", "清一清水管", "--category", "饮水")
    t.run("desk", "visit", "amend", late["id"], "--text", "<b>水管</b>又堵了")
    html, done = page(t, "desk", "visit", "print", "--from", "2026-03-13", "--to", "2026-03-13", "--household_id", HOUSE)
    assert done["records"] == 1 and "size: A5" in html
    for words in ["2026-03-13", HOUSE, "&lt;b&gt;水管&lt;/b&gt;又堵了", "补录，2026-03-20 记", "代录，乡镇管理员 记", "改过 1 次", "走访人：＿", "清一清水管（登记）",
                  late["id"][-8:]]:
        assert words in html, words
    assert late["id"] not in html and late["issue"] not in html, "no whole ids on paper"
    empty, done = page(t, "desk", "visit", "print", "--from", "2031-01-01", "--to", "2031-01-31")
    assert done["records"] == 0 and "这些天没有走访" in empty
    t.run("desk", "visit", "print", *MARCH, expect=2)
    t.run("desk", "issue", "cancel", late["issue"], "--reason", "试验")
    t.run("desk", "visit", "cancel", late["id"], "--reason", "试验")


def paper_cards_say_who_reads_and_how_to_refuse(t):
    t.run("desk", "sync")  # whose keys they are is known once the village is registered
    t.run("desk", "cadre", "amend", "曾泽飞", "--title", "驻村第一书记")
    house = t.run("desk", "household", "add", "--village", "鱼泉村", "--head_name", "联系卡户")["id"]
    t.run("desk", "pairing", "add", "--cadre_id", "曾泽飞", "--household_id", house, "--from", "2026-03-01")
    html, done = page(t, "desk", "household", "card", house)
    phone = t.run("desk", "cadre", "show", "曾泽飞")["phone"]
    for words in ["联系人：曾泽飞", "驻村第一书记", phone, "管理员", "请不要记", "12345", "12388", "要看", "要改", "联系卡户"]:
        assert words in html, words
    assert done["cards"] == 1
    t.run("desk", "programme", "set", "--complaint-phone", "0719-5550123")
    told, _ = page(t, "desk", "household", "card", house)
    assert "先打镇里 07195550123；不想找镇里，打 12345" in told and "0719" not in html
    sizes = [float(size) for size in re.findall(r"(\d+)pt[/;]", html)]
    assert min(sizes) >= 16, ("large type", sizes)
    t.run("desk", "household", "card", house, "--village", "鱼泉村", "-o", t.path("x.html"), expect=2)


def paper_the_copy_holds_everything_and_nothing_of_others(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        own.run("desk", "import", "roster", own.sample("roster-鱼泉村.csv"))
        own.run("desk", "programme", "set", "--needs", "健康、收入")
        people = own.run("desk", "person", "list", "--household_id", HOUSE)["rows"]
        head, other = sorted(people, key=lambda row: row["relation"] != "户主")[:2]
        own.run("desk", "person", "amend", head["id"], "--health_note", "膝盖疼", "--remark", "会木工")
        own.run("desk", "person", "amend", other["id"], "--health_note", "怕别人知道的病", "--remark", "别人的备注")
        own.run("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主", "--text", "看了口粮",
                "--demand", "修水管", "--category", "饮水")
        own.run("desk", "sync")
        whole = own.words("desk", "household", "show", HOUSE, "--for-person")
        for words in [HOUSE, head["name"], other["name"], "膝盖疼", "怕别人知道的病", "看了口粮", "修水管", "谁能看到", "管理员", "敏感项"]:
            assert words in whole, words
        mine = own.words("desk", "household", "show", HOUSE, "--for-person", "--person", head["id"])
        assert "膝盖疼" in mine and "会木工" in mine and other["name"] in mine and "看了口粮" in mine
        assert "怕别人知道的病" not in mine and "别人的备注" not in mine, mine
        assert not re.search(r"[0-9a-f]{32}", whole), "no whole ids"
        html, done = page(own, "desk", "household", "show", HOUSE, "--for-person", "--person", head["id"])
        assert "膝盖疼" in html and "怕别人知道的病" not in html and done["records"], done
        own.run("desk", "household", "show", HOUSE, "--for-person", "--person", "00000000", expect=3)


def paper_a_diary_typed_for_a_colleague_is_his(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        own.run("desk", "import", "roster", own.sample("roster-鱼泉村.csv"))
        own.run("desk", "import", "cadres", own.sample("cadres.csv"))
        own.invite_and_join("typist", "龚海", "鱼泉村")
        add = ["diary", "add", "--author_id", "金泽洋", "--date", "2026-03-06", "--body", "看了水渠"]
        own.run("typist", "sync")
        first = own.run("typist", *add)["id"]
        refused = own.run("typist", "diary", "submit", first, expect=3)
        assert [fault["field"] for fault in refused["faults"]] == ["agreed"], refused
        own.run("typist", "diary", "amend", first, "--agreed", "当面念给他听过")
        own.run("typist", "diary", "submit", first)
        html, done = page(own, "typist", "diary", "print", "--delegated", "--month", "2026-03")
        for words in ["代录的民情日记　金泽洋", "看了水渠", "当面念给他听过", "录入人：龚海", "本人签字：＿"]:
            assert words in html, words
        assert done["records"] == 1
        assert page(own, "typist", "diary", "print", *MARCH)[1]["records"] == 0, "it is not the typist's own"
        own.run("typist", "sync")
        own.run("desk", "sync")
        own.invite_and_join("author", "金泽洋", "鱼泉村")
        for home in ["desk", "author", "typist", "desk", "author"]:
            own.run(home, "sync")
        html, done = page(own, "author", "diary", "print", *MARCH)
        assert done["records"] == 1 and "看了水渠" in html and "代录，龚海 记" in html, html
        delegated = ["diary", "print", "--delegated", "--month", "2026-03", "--author", "金泽洋"]
        for written, who in [(html, "author"), (page(own, "desk", *delegated)[0], "desk")]:
            assert "改过" not in written, (who, "carrying it to its author corrects nothing")
        for home in ["desk", "author", "typist"]:
            rows = own.run(home, "report", "RP14", *MARCH)["rows"]
            counted = {row["干部"]: (row["篇数"], row["代录篇数"]) for row in rows if row["篇数"]}
            assert counted == ({} if home == "typist" else {"金泽洋": (1, 1)}), (home, counted)
        own.run("author", "diary", "amend", first, "--body", "看了水渠，通了")
        own.run("author", "sync")
        own.run("desk", "sync")
        html, done = page(own, "desk", *delegated)
        assert done["records"] == 1 and "改过 1 次" in html, html
        assert "没有代录" in page(own, "desk", "diary", "print", "--delegated", "--month", "2026-04")[0]
        own.run("desk", "diary", "print", "--delegated", "--month", "三月", "-o", own.path("x.html"), expect=2)


def paper_pages_are_as_many_as_a_booklet_needs(t):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    info = shutil.which("pdfinfo")
    if not browser or not info:
        return
    house = t.run("desk", "household", "add", "--village", "鱼泉村", "--head_name", "印四十次的户")["id"]
    for day in range(1, 9):
        t.run("desk", "visit", "add", "--household_id", house, "--date", "2027-05-%02d" % day, "--outcome", "见到家人", "--text", "看了口粮和水管" * 8)
    for words in [["visit", "print", "--from", "2027-05-01", "--to", "2027-05-31"], ["household", "card", house]]:
        page(t, "desk", *words)
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=" + t.path("page.pdf"),
                        "file://" + t.path("page.html")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        told = subprocess.run([info, t.path("page.pdf")], stdout=subprocess.PIPE, text=True, check=True).stdout
        width, height = [float(n) for n in re.search(r"Page size: +([\d.]+) x ([\d.]+)", told).groups()]
        assert abs(width - 419.5) < 2 and abs(height - 595.3) < 2, told
        pages = int(re.search(r"Pages: +(\d+)", told).group(1))
        assert pages == 2 if words[0] == "household" else 2 <= pages <= 5, (words, pages)


CLAIMS = [paper_no_word_stands_beside_do_not_record, paper_visits_print_with_what_was_late_and_amended,
          paper_cards_say_who_reads_and_how_to_refuse, paper_the_copy_holds_everything_and_nothing_of_others,
          paper_a_diary_typed_for_a_colleague_is_his, paper_pages_are_as_many_as_a_booklet_needs]
