"""Work that comes to the township as a file: over a stick, with the receipt coming back the same way; and shred, which waits for that."""
import contextlib
import os
import re
import shutil
import subprocess

from input_claims import Skip, attempt
from township import Township

ROSTER = """村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期,联系电话,户类型,常年外出
鱼泉村,1,999999100201010001,王一,王一,户主,男,1960-01-02,13900000001,一般,否
"""
HOUSE = "999999100201010001"


@contextlib.contextmanager
def village(t):
    """A desk and a cadre, 龚海, both level; whoever enters takes the server away and gives it back."""
    with Township(t.programs) as town:
        town.start_server()
        town.found()
        with open(town.path("roster.csv"), "w", encoding="utf-8") as f:
            f.write(ROSTER)
        town.run("desk", "import", "roster", town.path("roster.csv"))
        town.invite_and_join("cadre", "龚海", "鱼泉村")
        for home in ["cadre", "desk"]:
            town.run(home, "sync")
        yield town


def visit(town, text, home="cadre"):
    town.run(home, "visit", "add", "--household_id", HOUSE, "--date", "2026-04-02", "--outcome", "见到户主", "--text", text)


def export(town, home, name, *words, **options):
    return town.run(home, "bundle", "export", town.path(name), *words, **options)


def take(town, home, name, **options):
    return town.run(home, "bundle", "import", town.path(name), **options)


def standing(town, home="cadre"):
    status, today = town.run(home, "status"), town.run(home, "today")
    keys = ["unsent", "alone", "copied"]
    assert [status[k] for k in keys] == [today[k] for k in keys], (status, today)
    return status["alone"], status["copied"]


def bundle_carries_work_there_and_the_receipt_back(t):
    with village(t) as town:
        town.stop_server()
        for text in ["坡上三户的水管冻裂", "老人独居要送药"]:
            visit(town, text)
        assert standing(town) == (2, 0)
        done = export(town, "cadre", "cun.age")
        assert (done["records"], done["recipients"], done["left"]) == (2, 1, 0) and done["file"] == town.path("cun.age"), done
        assert standing(town) == (0, 2)
        said = town.words("cadre", "status")
        assert "cun.age" in said and "只在本机、还没送到:0 条" in said, said
        with open(town.path("cun.age"), "rb") as f:
            content = f.read()
        assert content.startswith(b"age-encryption.org/v1\n")
        for marker in ["水管冻裂", "送药", "龚海", "鱼泉", HOUSE]:
            assert marker.encode() not in content, marker
        taken = take(town, "desk", "cun.age")
        assert (taken["from"], taken["records"], taken["waiting"], taken["cut"]) == ("龚海", 2, 0, False), taken
        assert town.run("desk", "search", "水管冻裂")["count"] == 1
        again = take(town, "desk", "cun.age")
        assert (again["records"], again["duplicates"]) == (0, again["envelopes"]), again
        town.start_server()
        town.run("desk", "sync")
        back = export(town, "desk", "back.age", "--to", "龚海")
        assert back["receipts"] >= 1 and back["records"] == 0, back
        town.stop_server()
        assert take(town, "cadre", "back.age")["receipts"] == back["receipts"]
        assert standing(town) == (0, 0)
        town.start_server()
        for home in ["cadre", "desk", "cadre"]:
            town.run(home, "sync")
        assert town.run("desk", "doctor")["state_hash"].items() >= town.run("cadre", "doctor")["state_hash"].items()


def bundle_into_a_folder_gets_a_name_that_says_nothing(t):
    with village(t) as town:
        os.mkdir(town.path("usb"))
        visit(town, "写进文件夹")
        done = export(town, "cadre", "usb")
        assert re.fullmatch(r"minqing-[0-9a-f]{8}\.age", os.path.basename(done["file"])), done
        assert os.listdir(town.path("usb")) == [os.path.basename(done["file"])]


def bundle_refuses_what_is_not_for_it_with_a_sentence(t):
    with village(t) as town, village(t) as other:
        visit(town, "只给乡镇")
        export(town, "cadre", "cun.age")
        before = town.run("desk", "doctor")["state_hash"]
        for home, name, words, code, saying in [
                ("cadre", "cun.age", [], 4, "不是给本机的"),
                ("desk", "nothing.age", [], 3, ""),
                ("desk", "roster.csv", [], 3, "不是一份存件"),
                ("desk", "cut.age", [], 7, "重新拷贝")]:
            with open(town.path("cun.age"), "rb") as f, open(town.path("cut.age"), "wb") as cut:
                cut.write(f.read()[:-5])
            done = attempt(town, home, "bundle", "import", town.path(name), *words)
            assert done.code == code and saying in done.json["error"]["message"], (name, done.code, done.err)
        assert attempt(other, "desk", "bundle", "import", town.path("cun.age")).code == 4
        assert town.run("desk", "doctor")["state_hash"] == before
        for words, code, saying in [(["bundle"], 2, "bundle export"), (["bundle", "export"], 2, "bundle export"),
                                    (["bundle", "export", town.path("x"), "--to", "无此人"], 3, "members"),
                                    (["bundle", "export", town.path("x"), "--to", "abcd1234"], 3, "members"),
                                    (["bundle", "export", town.path("no/such/folder/x")], 3, ""),
                                    (["bundle", "import", town.path("cun.age"), "--to", "龚海"], 2, "--to")]:
            done = attempt(town, "cadre", *words)
            assert done.code == code and saying in done.json["error"]["message"], (words, done.code, done.err)
        assert not os.path.exists(town.path("x"))


def bundle_stock_age_reads_its_outside(t):
    if shutil.which("age") is None:
        raise Skip("no program `age` here")
    with village(t) as town:
        visit(town, "外面是 age")
        export(town, "cadre", "cun.age")
        subprocess.run(["age-keygen", "-o", town.path("key")], check=True, stderr=subprocess.DEVNULL)
        done = subprocess.run(["age", "-d", "-i", town.path("key"), town.path("cun.age")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode != 0 and b"no identity matched" in done.stderr, done.stderr
        public = subprocess.run(["age-keygen", "-y", town.path("key")], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        subprocess.run(["age", "-r", public, "-o", town.path("theirs.age"), town.path("roster.csv")], check=True)
        done = attempt(town, "desk", "bundle", "import", town.path("theirs.age"))
        assert done.code == 4 and "不是给本机的" in done.json["error"]["message"], done.err


def shred_waits_for_a_receipt_or_a_copy(t):
    with village(t) as town:
        town.stop_server()
        visit(town, "销毁以前只在这里")
        done = attempt(town, "cadre", "shred", "--yes")
        assert done.code == 4 and "1 条只在本机" in done.json["error"]["message"] and "bundle export" in done.json["error"]["message"], done.err
        export(town, "cadre", "cun.age")
        done = attempt(town, "cadre", "shred")
        assert done.code == 2 and "--yes" in done.json["error"]["message"] and "cun.age" in done.err, done.err
        assert standing(town) == (0, 1)
        with open(os.path.join(town.path("cadre"), "vault.key"), "rb") as f:
            key = f.read()
        token = os.listdir(os.path.join(town.path("state"), "minqing"))
        assert town.run("cadre", "shred", "--yes") == {"shredded": True, "copied": 1}
        assert os.listdir(town.path("cadre")) == [], os.listdir(town.path("cadre"))
        assert len(os.listdir(os.path.join(town.path("state"), "minqing"))) == len(token) - 1
        assert attempt(town, "cadre", "status").code == 3
        for folder, _, names in os.walk(town.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    assert key[:200] not in f.read(), name
        assert take(town, "desk", "cun.age")["records"] == 1, "the copy is the work"
        assert town.run("desk", "search", "销毁以前")["count"] == 1


CLAIMS = [bundle_carries_work_there_and_the_receipt_back, bundle_into_a_folder_gets_a_name_that_says_nothing,
          bundle_refuses_what_is_not_for_it_with_a_sentence, bundle_stock_age_reads_its_outside, shred_waits_for_a_receipt_or_a_copy]
