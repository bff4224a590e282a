"""Several people on one machine, and one passphrase for a while: through the program, with the kernel's own keyring."""
import contextlib
import os
import subprocess

from input_claims import Done, Skip
from township import Township

PEOPLE = {"王": "王的口令", "李": "李的口令"}


class Machine:
    """One user's machine in a township of its own; no passphrase comes from the environment unless it is given."""

    def __init__(self, town):
        self.town = town
        self.data = town.path("data")

    def run(self, *words, passphrase=None, pin=None, language="C.UTF-8"):
        environment = self.town.environment(passphrase or "", XDG_DATA_HOME=self.data, **({} if pin is None else {"MINQING_PIN": pin}))
        environment["LC_ALL"] = language
        if passphrase is None:
            del environment["MINQING_PASSPHRASE"]
        process = subprocess.run([self.town.minqing, "--json", *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, start_new_session=True, timeout=120, check=False)
        return Done(process.returncode, process.stdout, process.stderr, 0)

    def good(self, *words, **how):
        done = self.run(*words, **how)
        assert done.code == 0, (words, done.code, done.err)
        return done.json

    def refused(self, code, saying, *words, **how):
        before = self.files()
        done = self.run(*words, **how)
        assert done.code == code and saying in done.json["error"]["message"], (words, done.code, done.err)
        assert self.files() == before, words

    def files(self):
        found = {}
        for folder, _, names in os.walk(self.data):
            for name in names:
                if name == "homes" or name == "vault.key":
                    with open(os.path.join(folder, name), "rb") as f:
                        found[os.path.join(folder, name)] = f.read()
        return found


@contextlib.contextmanager
def machine(t):
    """Two people who have joined, both locked."""
    with Township(t.programs) as town:
        town.start_server()
        town.found()
        town.run("desk", "import", "roster", town.sample("roster-鱼泉村.csv"))
        here = Machine(town)
        for name, passphrase in PEOPLE.items():
            here.good("homes", "add", name)
            code = town.run("desk", "invite", "--role", "cadre", "--name", name, "--village", "鱼泉村")["code"]
            here.good("--user", name, "join", code, passphrase=passphrase)
        try:
            yield here
        finally:
            for name in PEOPLE:
                here.run("--user", name, "lock")


def unlocked(here, name, *words):
    done = here.run("--user", name, "unlock", *words, passphrase=PEOPLE[name])
    if done.code == 1 and "不能替你保管钥匙" in done.json["error"]["message"]:
        raise Skip("the kernel keeps no keys for programs here")
    assert done.code == 0, (done.code, done.err)
    return done.json


def states(here):
    return {home["name"]: home["state"] for home in here.good("homes", "list")["homes"]}


def homes_of_two_people_are_kept_apart(t):
    with machine(t) as here:
        assert states(here) == {"王": "locked", "李": "locked"}
        here.refused(6, "需要口令", "--user", "王", "status")
        here.refused(6, "口令不对", "--user", "王", "status", passphrase=PEOPLE["李"])
        assert unlocked(here, "王") == {"unlocked": True, "minutes": 10}
        assert states(here) == {"王": "unlocked", "李": "locked"}
        visit = here.good("--user", "王", "visit", "add", "--household_id", "999999100201010001", "--date", "2026-04-02", "--outcome", "见到户主")
        here.refused(6, "需要口令", "--user", "李", "status")
        assert here.good("--user", "李", "visit", "list", passphrase=PEOPLE["李"])["count"] == 0
        here.refused(6, "口令不对", "--user", "王", "status", passphrase=PEOPLE["李"])
        assert here.good("--user", "王", "visit", "show", visit["id"])["id"] == visit["id"]
        copied = here.town.path("copied")
        subprocess.run(["cp", "-r", os.path.join(here.data, "minqing", "people", "王"), copied], check=True)
        here.refused(6, "需要口令", "--home", copied, "status")
        relative = os.path.relpath(os.path.join(here.data, "minqing", "people", "王"))
        here.good("--home", relative, "status")
        assert here.good("--user", "王", "lock") == {"locked": True, "was_unlocked": True}
        assert here.good("--user", "王", "lock")["was_unlocked"] is False
        here.refused(6, "需要口令", "--user", "王", "status")


def homes_switch_locks_the_one_before(t):
    with machine(t) as here:
        here.refused(3, "org create", "status", passphrase=PEOPLE["王"])
        done = here.run("homes", "switch", "王", passphrase=PEOPLE["王"])
        assert done.code == 0 and done.json["current"] == "王", (done.code, done.err)
        unlocked(here, "王")
        here.good("status")
        here.refused(6, "口令不对", "homes", "switch", "李", passphrase=PEOPLE["王"])
        here.good("status")
        assert here.good("homes", "switch", "李", "--minutes", "3", passphrase=PEOPLE["李"]) == {
            "current": "李", "locked_before": True, "unlocked": True, "minutes": 3}
        assert states(here) == {"王": "locked", "李": "unlocked"}
        assert here.good("visit", "list")["count"] == 0
        here.refused(6, "需要口令", "--user", "王", "status")
        folder = here.good("homes", "remove", "李")["folder"]
        assert os.path.exists(os.path.join(folder, "vault.key")), "nobody's records go"
        assert states(here) == {"王": "locked"}
        here.refused(6, "需要口令", "--home", folder, "status")
        here.good("homes", "add", "李", "--home", folder)
        assert here.good("--user", "李", "status", passphrase=PEOPLE["李"])["unsent"] == 0


def homes_lock_themselves(t):
    with machine(t) as here:
        town, others = here.town, set(sessions())
        town.run("desk", "programme", "set", "--auto-lock-minutes", "7")
        town.run("desk", "sync")
        here.good("--user", "王", "sync", passphrase=PEOPLE["王"])
        assert unlocked(here, "王")["minutes"] == 7
        here.refused(3, "最多 7 分钟", "--user", "王", "unlock", "--minutes", "8", passphrase=PEOPLE["王"])
        assert unlocked(here, "王", "--minutes", "1")["minutes"] == 1
        here.good("--user", "王", "status")
        mine = {name: left for name, left in sessions().items() if name not in others}
        assert any(30 <= left <= 60 for left in mine.values()), "by the kernel's own clock: %s" % mine
        town.run("desk", "programme", "set", "--auto-lock-minutes", "241", expect=3)
        here.good("--user", "王", "rekey", passphrase=PEOPLE["王"])
        here.refused(6, "需要口令", "--user", "王", "status")


def sessions():
    """What the kernel keeps for all homes of this user: name of the session (a hash) to seconds left."""
    left = {}
    with open("/proc/keys", encoding="ascii", errors="replace") as f:
        for fields in map(str.split, f):
            if fields[7] == "user" and fields[8].startswith("minqing:") and fields[3][:-1].isdigit():
                left[fields[8]] = int(fields[3][:-1]) * {"s": 1, "m": 60}[fields[3][-1]]
    return left


def homes_open_by_pin_five_times_wrong_and_no_more(t):
    with machine(t) as here:
        unlocked(here, "王")
        here.good("--user", "王", "lock")
        here.refused(3, "4 到 12 位", "--user", "王", "pin", "set", passphrase=PEOPLE["王"], pin="1111")
        here.refused(6, "口令不对", "--user", "王", "pin", "set", passphrase="不对", pin="2580")
        assert here.good("--user", "王", "pin", "set", passphrase=PEOPLE["王"], pin="2580") == {"set": True, "tries": 5}
        assert here.good("--user", "王", "visit", "list", pin="2580")["count"] == 0
        here.refused(6, "需要 PIN", "--user", "王", "status")
        here.refused(6, "需要口令", "--user", "李", "status", pin="2580")
        here.refused(6, "口令不对", "--user", "王", "status", passphrase="不对", pin="2580")
        assert here.good("--user", "王", "unlock", pin="2580")["minutes"] == 10
        here.good("--user", "王", "status")
        here.good("--user", "王", "lock")
        copied = here.town.path("stolen")
        subprocess.run(["cp", "-r", os.path.join(here.data, "minqing", "people", "王"), copied], check=True)
        here.refused(6, "需要口令", "--home", copied, "status", pin="2580")
        for left in [4, 3, 2, 1]:
            here.refused(6, "还可以试 %d 次" % left, "--user", "王", "status", pin="0001")
        here.refused(6, "已作废", "--user", "王", "status", pin="0001")
        here.refused(6, "需要口令", "--user", "王", "status", pin="2580")
        here.good("--user", "王", "status", passphrase=PEOPLE["王"])
        here.good("--user", "王", "pin", "set", passphrase=PEOPLE["王"], pin="2580")
        assert here.good("--user", "王", "rekey", passphrase=PEOPLE["王"])["pin_dropped"] is True
        here.refused(6, "需要口令", "--user", "王", "status", pin="2580")
        here.good("--user", "王", "pin", "set", passphrase=PEOPLE["王"], pin="2580")
        assert here.good("--user", "王", "pin", "remove", pin="2580") == {"removed": True}
        here.refused(6, "需要口令", "--user", "王", "status", pin="2580")


def homes_wrong_orders_say_what_to_do_and_change_nothing(t):
    with machine(t) as here:
        for code, saying, words in [
                (3, "有:王、李", ["--user", "赵", "status"]),
                (2, "只能写一个", ["--user", "王", "--home", "x", "status"]),
                (3, "没有 赵", ["homes", "switch", "赵"]),
                (3, "没有 赵", ["homes", "remove", "赵"]),
                (1, "已有 王", ["homes", "add", "王"]),
                (1, "已有 王", ["homes", "add", "王二", "--home", os.path.join(here.data, "minqing", "people", "王")]),
                (3, "不带斜杠", ["homes", "add", "../x"]),
                (2, "homes list", ["homes", "add"]),
                (2, "homes list", ["homes", "nonsense", "王"]),
                (2, "整个名单", ["homes", "list", "--user", "王"]),
                (2, "整个名单", ["--home", "x", "homes", "switch", "王"]),
                (2, "1 到 240", ["--user", "王", "unlock", "--minutes", "0"]),
                (2, "1 到 240", ["--user", "王", "unlock", "--minutes", "241"]),
                (2, "缺少内容", ["--user", "王", "unlock", "--minutes"]),
                (2, "pin set", ["--user", "王", "pin"]),
                (2, "lock", ["lock", "王"])]:
            here.refused(code, saying, *words, passphrase=PEOPLE["王"])
        english = here.run("--user", "赵", "status", language="en_US.UTF-8")
        assert "nobody named" in english.json["error"]["message"], english.err
        listed = os.path.join(here.data, "minqing", "homes")
        with open(listed, "a", encoding="utf-8") as f:
            f.write("nonsense\n")
        here.refused(7, "读不懂", "--user", "王", "status", passphrase=PEOPLE["王"])
        os.remove(listed)
        here.good("homes", "add", "王")
        here.good("--user", "王", "status", passphrase=PEOPLE["王"])


def visit_of(house="999999100201010001"):
    return ["visit", "add", "--household_id", house, "--date", "2026-04-02", "--outcome", "见到户主"]


@contextlib.contextmanager
def out_of_signal(t):
    """A township whose server does not answer, and an invitation into it."""
    with Township(t.programs) as town:
        town.start_server()
        town.found()
        town.run("desk", "import", "roster", town.sample("roster-鱼泉村.csv"))
        code = town.run("desk", "invite", "--role", "cadre", "--name", "龚海", "--village", "鱼泉村")["code"]
        town.stop_server()
        yield town, code


def homes_record_before_they_have_joined(t):
    with out_of_signal(t) as (town, code):
        refused = town.run("phone", "join", code, expect=5)
        assert "已记下" in refused["error"]["message"], refused
        visit = town.run("phone", *visit_of(), "--text", "没有信号就记下", "--demand", "水渠清淤", "--category", "饮水")
        assert visit["saved"] and visit["local"] and len(visit["id"]) == 32, visit
        town.run("phone", "diary", "add", "--date", "2026-04-02", "--body", "下村第一天")
        asked = town.run("phone", *visit_of("999999100201019999"))
        for words, field in [(["--category", "廉政"], "category"), (["--gift_money", "5"], "ack")]:
            assert town.run("phone", *visit_of(), *words, expect=3)["faults"][0]["field"] == field
        assert town.run("phone", "status") == {"joined": False, "code_waiting": True, "unsent": 3}
        rows = town.run("phone", "visit", "list")["rows"]
        assert [row["id"] for row in rows] == [visit["id"], asked["id"]] and all(row["local"] for row in rows), rows
        town.run("phone", "visit", "amend", visit["id"][-8:], "--text", "没有信号也能改")
        assert town.run("phone", "visit", "show", visit["id"])["text"] == "没有信号也能改"
        for words in [["household", "list"], ["report", "RP01", "--from", "2026-04-01", "--to", "2026-04-30"], ["today"]]:
            assert "minqing join" in town.run("phone", *words, expect=3)["error"]["message"], words
        assert town.run("phone", "sync", expect=5)["error"]["message"].count("已记下") == 1
        assert town.run("phone", "status")["unsent"] == 3
        town.start_server()
        first = town.run("phone", "sync")
        assert (first["joined"], first["filed"], first["to_complete"]) == (True, 2, [{"entity": "visit", "id": asked["id"]}]), first
        left = [one for one in town.run("phone", "today")["items"] if one["kind"] == "to_complete"]
        assert [one["id"] for one in left] == [asked["id"]] and "999999100201019999" in left[0]["what"], left
        assert town.run("phone", "status")["unsent"] == 1
        town.run("desk", "sync")
        assert [row["text"] for row in town.run("desk", "visit", "list")["rows"]] == ["没有信号也能改"]
        assert (town.run("desk", "diary", "list")["count"], town.run("desk", "issue", "list")["count"]) == (1, 1)
        town.run("phone", "visit", "amend", asked["id"], "--household_id", "999999100201018888", expect=3)
        done = town.run("phone", "visit", "amend", asked["id"], "--household_id", "999999100201010003")
        assert done["saved"] and town.run("phone", "visit", "show", done["id"])["household_id"] == "999999100201010003"
        assert town.run("phone", "sync")["unsent"] == 0
        town.run("desk", "sync")
        assert town.run("desk", "visit", "list")["count"] == 2
        assert town.run("phone", "sync").get("filed") is None, "once"


def homes_keep_no_code_that_will_never_do(t):
    with out_of_signal(t) as (town, code):
        town.run("phone", "join", code, expect=5)
        town.run("phone", "join", "不是邀请码", expect=3)
        assert town.run("phone", "status")["code_waiting"] is True, "a slip of the pen takes nothing back"
        dropped = town.run("phone", *visit_of())["id"]
        town.run("phone", "visit", "cancel", dropped)
        town.start_server()
        town.run("other", "join", code)
        assert "被用过" in town.run("phone", "sync", expect=4)["error"]["message"]
        town.run("phone", "sync", expect=3)
        again = town.run("desk", "invite", "--role", "cadre", "--name", "龚海", "--village", "鱼泉村")["code"]
        kept = town.run("phone", *visit_of("999999100201019999"))
        town.run("phone", "join", again)
        assert kept["local"] and town.run("phone", "visit", "list")["count"] == 0, "no such household in this township"
        assert town.run("phone", "visit", "show", kept["id"])["to_complete"][0]["field"] == "household_id"


CLAIMS = [homes_record_before_they_have_joined, homes_keep_no_code_that_will_never_do, homes_of_two_people_are_kept_apart, homes_switch_locks_the_one_before, homes_lock_themselves,
          homes_open_by_pin_five_times_wrong_and_no_more, homes_wrong_orders_say_what_to_do_and_change_nothing]
