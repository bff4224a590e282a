"""What bad input gets, through the program itself: refused with a sentence, nothing stored, the vault good."""
import contextlib
import csv
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import zipfile

HOUSE = "999999100201010001"
MEMORY_MAX_KB = 1 << 20  # resident, of one import of a hostile file
TMPFS_MB = 24


class Skip(Exception):
    """A claim that this machine cannot try."""


class Done:
    def __init__(self, code, out, err, memory_kb):
        self.code, self.err, self.memory_kb = code, err, memory_kb
        self.json = json.loads(out) if out.strip() else {}


def attempt(t, home, *words, passphrase="a passphrase", stdin=None, before=None):
    """Runs the program and says everything that came of it; nothing is expected yet."""
    process = subprocess.Popen(t.line(home, *words), env=t.environment(passphrase), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, preexec_fn=before)
    out, err = process.communicate(stdin, timeout=300)
    return Done(process.returncode, out, err, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def stored(t, home="desk"):
    return [t.run(home, kind, "list")["count"] for kind in ["visit", "diary", "issue", "household", "person"]]


def xlsx(path, sheet, **parts):
    """The least workbook around a worksheet; sheet may be an iterable of chunks."""
    base = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                               '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
                       'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                       'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                           'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
                           '<sheet name="a" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
                                      'Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
                                      'Target="worksheets/sheet1.xml"/></Relationships>', **parts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in base.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for chunk in [sheet] if isinstance(sheet, str) else sheet:
                part.write(chunk.encode())


def worksheet(rows, head=""):
    return head + '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>' % rows


def row_of(*texts):
    cells = "".join('<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % (chr(65 + i), text) for i, text in enumerate(texts))
    return '<row r="1">%s</row>' % cells


def bomb():
    yield '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    for _ in range(400):
        yield "a" * (1 << 20)
    yield "</t></is></c></row></sheetData></worksheet>"


def hostile_files(t):
    """Each as (name, how it is written)."""
    header = "村,户编号,姓名,与户主关系,性别\n"

    def text(content):
        return lambda path: open(path, "wb").write(content.encode() if isinstance(content, str) else content)

    def sparse(path):
        with open(path, "wb") as f:
            f.truncate(1 << 30)

    laughs = '<!DOCTYPE a [<!ENTITY b "%s">%s]>' % ("ha" * 100, "".join(
        '<!ENTITY b%d "%s">' % (i, ("&b%s;" % (i - 1 if i else "")) * 10) for i in range(10)))
    outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    return [
        ("zip-bomb.xlsx", lambda path: xlsx(path, bomb())),
        ("a-million-columns.xlsx", lambda path: xlsx(path, worksheet('<row r="1"><c r="BDWGN1" t="inlineStr"><is><t>a</t></is></c></row>'))),
        ("many-cells.xlsx", lambda path: xlsx(path, worksheet('<row r="1">%s</row>' % ('<c t="inlineStr"><is><t>a</t></is></c>' * 10 ** 6)))),
        ("laughs.xlsx", lambda path: xlsx(path, worksheet(row_of("户编号", "姓名", "&b9;"), laughs))),
        ("outside.xlsx", lambda path: xlsx(path, worksheet(row_of("户编号", "姓名", "&b;"), outside))),
        ("truncated.xlsx", lambda path: (xlsx(path, worksheet(row_of("户编号", "姓名"))), os.truncate(path, os.path.getsize(path) // 2))),
        ("a-million-columns.csv", text("," * 10 ** 6 + "a\n")),
        ("long-line.csv", text(header + "鱼泉村,1," + "长" * (20 << 20) + ",户主,男\n")),
        ("a-gibibyte.csv", sparse),
        ("nul.csv", text(header.encode() + b"\xe9\xb1\xbc\0,1,a,b,c\n")),
        ("quote.csv", text(header + '鱼泉村,1,"没有关上的引号,户主,男\n' + "a,b,c\n" * 1000)),
        ("neither.csv", text(b"\xff\xfe\xff" * 999)),
        ("empty.csv", text(""))]


def input_hostile_tables_are_refused_within_bounded_memory(t):
    before = stored(t)
    for name, write in hostile_files(t):
        write(t.path(name))
        done = attempt(t, "desk", "import", "roster", t.path(name))
        os.remove(t.path(name))
        assert done.code == 3 and done.json["error"]["message"], (name, done.code, done.err[:300])
        assert done.memory_kb < MEMORY_MAX_KB, (name, done.memory_kb)
        assert "root:" not in done.err, name
    assert stored(t) == before
    t.run("desk", "doctor")


def input_unknown_and_impossible_values_store_nothing(t):
    before = stored(t)
    for words, fields in [
            (["visit", "add", "--household_id", "404", "--date", "2026-03-05", "--outcome", "见到户主"], {"household_id"}),
            (["visit", "add", "--household_id", HOUSE, "--date", "2026-02-30", "--outcome", "见到户主"], {"date"}),
            (["visit", "add", "--household_id", HOUSE, "--date", "0000-00-00", "--outcome", "见到户主"], {"date"}),
            (["visit", "add", "--household_id", HOUSE, "--date", "1899-12-31", "--outcome", "见到户主"], {"date"}),
            (["visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见面", "--method", "飞鸽"], {"outcome", "method"}),
            (["visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "拒访", "--gift_money", "-1"], {"gift_money"}),
            (["diary", "add", "--date", "2026-13-01", "--topics", "没有的分类"], {"date", "topics"}),
            (["issue", "add", "--village", "没有的村", "--category", "没有的类别", "--text", "x"], {"village_id", "category"}),
            (["household", "add", "--village", "鱼泉村", "--head_name", "", "--group_no", "300"], {"head_name", "group_no"}),
            (["household", "add", "--village", "鱼泉村", "--head_name", "某人", "--household_no", HOUSE], {"household_no"}),
            (["person", "add", "--household_id", HOUSE, "--name", "名" * 51, "--relation", "邻居家的猫", "--sex", "雄"],
             {"name", "sex"})]:
        done = t.run("desk", *words, expect=3)
        assert {f["field"] for f in done["faults"]} >= fields and not done["saved"], (words, done)
        assert all(f["why"] for f in done["faults"]), done
    for text in ["", "[]", "{", "null", '{"date":{"a":1}}', '{"date":"2026-03-05"}', '{"text":"%s"}' % ("a" * (1 << 20))]:
        done = attempt(t, "desk", "visit", "add", "-", stdin=text)
        assert done.code == 3 and done.json["error"]["message"], (text[:40], done.code)
    assert stored(t) == before


def input_sensitive_facts_wait_for_a_named_need(t):
    person = t.run("desk", "person", "list", "--household_id", HOUSE)["rows"][0]["id"]
    for words, need in [(["household", "amend", HOUSE, "--inc_wage", "1200.50"], "收入"), (["person", "amend", person, "--health", "健康"], "健康"),
                        (["person", "amend", person, "--id_no", "999999194807204538"], "证件号码")]:
        refused = t.run("desk", *words, expect=3)["faults"][0]["why"]
        assert need in refused and "乡镇管理员" in refused, refused
    assert "inc_wage" not in t.run("desk", "household", "show", HOUSE)
    gates = {f["name"]: f["gate"] for e in t.run("desk", "schema", "household")["entities"] for f in e["fields"]}
    assert gates["inc_wage"] == "income" and gates["causes"] == "" and gates["addr"] == "", gates
    t.run("desk", "programme", "set", "--needs", "没有的需要", expect=3)
    t.run("desk", "programme", "set", "--needs", "收入", "--needs", "健康")
    assert sorted(t.run("desk", "programme", "show")["programmes"][0]["needs"]) == ["健康", "收入"]
    t.run("desk", "household", "amend", HOUSE, "--inc_wage", "1200.50", "--causes", "因病、缺水")
    shown = t.run("desk", "household", "show", HOUSE)
    assert (shown["inc_wage"], shown["causes"], shown["withheld"]) == (120050, ["因病", "缺水"], []), shown
    assert all("inc_wage" not in row for row in t.run("desk", "household", "list")["rows"])
    roster = t.path("sensitive.csv")
    with open(roster, "w", encoding="utf-8") as f:
        f.write("村,户编号,姓名,与户主关系,性别,证件类型,劳动能力,养老保险\n鱼泉村,999999100201990001,某甲,户主,男,身份证,普通,是\n")
    t.run("desk", "programme", "set", "--needs", "")
    refused = t.run("desk", "import", "roster", roster, expect=3)
    assert refused["refused_columns"] == ["劳动能力"] and refused["stored"] == 0, refused
    t.run("desk", "programme", "set", "--needs", "健康")
    assert t.run("desk", "import", "roster", roster)["stored"] == 1
    person = t.run("desk", "person", "list", "--household_id", "999999100201990001")["rows"][0]["id"]
    shown = t.run("desk", "person", "show", person)
    assert (shown["labour"], shown["ins_pension"]) == ("普通", True) and "id_kind" not in shown, shown
    t.run("desk", "programme", "set", "--needs", "")


def input_confidential_matters_are_refused_before_anything_is_saved(t):
    word = "某干部收钱的事"
    good = ["--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主", "--text", word]
    issue = t.run("desk", "issue", "add", "--village", "鱼泉村", "--category", "环保", "--text", "垃圾")["id"]
    before, unsent = stored(t), t.run("desk", "status")["unsent"]
    for words in [["visit", "add", *good, "--demand", word, "--category", "廉政"],
                  ["visit", "add", *good, "--demand", word, "--category", "社保", "--nature", "检举控告"],
                  ["issue", "add", "--village", "鱼泉村", "--category", "廉政", "--text", word],
                  ["issue", "add", "--village", "鱼泉村", "--category", "社保", "--nature", "检举控告", "--text", word],
                  ["issue", "amend", issue, "--category", "廉政", "--text", word]]:
        done = t.run("desk", *words, expect=3)
        assert "12388" in done["error"]["message"] and "12388" in done["faults"][0]["why"], done
    with open(t.path("integrity.csv"), "w", encoding="utf-8") as f:
        f.write("走访日期,走访人,户编号,结果,诉求类别,诉求\n2026-03-05,曾泽飞,%s,见到户主,廉政,%s\n" % (HOUSE, word))
    refused = t.run("desk", "import", "visits", t.path("integrity.csv"), expect=3)
    assert "12388" in refused["faults"][0]["why"] and refused["stored"] == 0, refused
    assert t.run("desk", "search", word)["count"] == 0
    assert (stored(t), t.run("desk", "status")["unsent"]) == (before, unsent)


def input_exported_cells_cannot_run_as_formulas(t):
    texts = ['=HYPERLINK("http://x","点我")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "\t=1+1", "一切正常"]
    made = [t.run("desk", "issue", "add", "--village", "鱼泉村", "--category", "环保", "--registered_on", "2026-05-05", "--title", text,
                  "--text", text, "--reporter", text[:20])["id"] for text in texts]
    path = t.path("rp02.csv")
    t.run("desk", "report", "RP02", "--from", "2026-05-05", "--to", "2026-05-05", "--format", "csv", "-o", path)
    rows = list(csv.reader(io.StringIO(open(path, encoding="utf-8-sig", newline="").read())))
    cells = [cell for row in rows for cell in row]
    for cell in cells:
        assert not re.match(r"[=+\-@\t\r]", cell) or re.fullmatch(r"[+-]?[0-9.]+", cell), cell
    for text in texts:
        assert any(text.strip() in cell for cell in cells), text
    for row in made:
        t.run("desk", "issue", "cancel", row, "--reason", "试过了")


def input_wrong_passphrases_wait_longer_each_time(t):
    shutil.copytree(t.path("desk"), t.path("locked"))
    waits = []
    for _ in range(6):
        done = attempt(t, "locked", "status", passphrase="another")
        said = re.search(r"请等 (\d+) 秒", done.err)
        waits.append(int(said.group(1)) if said else 0)
        assert done.code == 6 and done.json["error"]["exit"] == 6, (done.code, done.err)
    assert waits == [0, 0, 0, 1, 2, 4], waits
    assert os.path.exists(os.path.join(t.path("locked"), "vault.key.tries")), "the count outlives the process"
    right = attempt(t, "locked", "status")
    assert right.code == 0 and "请等 8 秒" in right.err, right.err
    assert "请等" not in attempt(t, "locked", "status").err, "forgotten after the right one"
    shutil.rmtree(t.path("locked"))


@contextlib.contextmanager
def small_disk(t, name):
    """A home of its own on a small file system, with a roster in it."""
    folder = t.path(name)
    os.mkdir(folder)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % TMPFS_MB, "tmpfs", folder], stderr=subprocess.DEVNULL, check=False)
    if mounted.returncode != 0:
        raise Skip("no right to mount a small file system here")
    try:
        home = os.path.join(name, "home")
        shutil.copytree(t.path("desk"), t.path(home))
        yield folder, home
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def visit_words(text):
    return ["visit", "add", "--household_id", HOUSE, "--date", "2026-03-09", "--outcome", "见到户主", "--text", text]


def fill(folder):
    with open(os.path.join(folder, "filling"), "ab", buffering=0) as f:
        for size in [1 << 20, 1 << 12, 1]:
            with contextlib.suppress(OSError):
                while f.write(b"x" * size) == size:
                    pass


def tell_texts(t, home):
    return {row.get("text") for row in t.run(home, "visit", "list", "--limit", "5000")["rows"]}


def input_a_full_disk_takes_one_more_entry_and_then_refuses_whole(t):
    with small_disk(t, "full") as (folder, home):
        assert os.path.getsize(os.path.join(t.path(home), "reserve")) == 2 << 20
        told, refused = [], 0
        for k in range(40):
            fill(folder)
            done = attempt(t, home, *visit_words("满盘第%d条" % k))
            if done.code == 0 and done.json["saved"]:
                told.append("满盘第%d条" % k)
            else:
                assert done.code == 1 and done.json["error"]["message"], (done.code, done.err)
                refused += 1
            if refused >= 3:
                break
        assert told and refused >= 3, (told, refused)
        os.remove(os.path.join(folder, "filling"))
        t.run(home, "doctor")
        assert {x for x in tell_texts(t, home) if x and x.startswith("满盘")} == set(told), "all that was acknowledged, nothing else"
        t.run(home, *visit_words("又有地方了"))
        assert os.path.getsize(os.path.join(t.path(home), "reserve")) == 2 << 20, "the reserve is laid by again"


def input_a_quota_refuses_the_entry_whole(t):
    shutil.copytree(t.path("desk"), t.path("quota"))
    largest = max(os.path.getsize(os.path.join(t.path("quota"), name)) for name in os.listdir(t.path("quota")))
    before = t.run("quota", "visit", "list")["count"]

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, largest))
    done = attempt(t, "quota", *visit_words("写不下"), before=limit)
    assert done.code == 1 and done.json["error"]["message"], (done.code, done.err)
    t.run("quota", "doctor")
    assert t.run("quota", "visit", "list")["count"] == before
    t.run("quota", *visit_words("写得下"))
    shutil.rmtree(t.path("quota"))


def input_a_read_only_home_is_refused_and_stays_good(t):
    with small_disk(t, "readonly") as (folder, home):
        before = t.run(home, "visit", "list")["count"]
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        done = attempt(t, home, *visit_words("写不进"))
        assert done.code not in (0, 7) and done.json["error"]["message"], (done.code, done.err)
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        t.run(home, "doctor")
        assert t.run(home, "visit", "list")["count"] == before
        t.run(home, *visit_words("写得进"))


CLAIMS = [input_hostile_tables_are_refused_within_bounded_memory, input_unknown_and_impossible_values_store_nothing,
          input_sensitive_facts_wait_for_a_named_need, input_confidential_matters_are_refused_before_anything_is_saved,
          input_exported_cells_cannot_run_as_formulas, input_wrong_passphrases_wait_longer_each_time,
          input_a_full_disk_takes_one_more_entry_and_then_refuses_whole, input_a_quota_refuses_the_entry_whole,
          input_a_read_only_home_is_refused_and_stays_good]
