"""Passphrases, unlock codes and keys, through the program itself: nobody is locked out, nothing is lost, nothing opens twice."""
import ctypes
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import time

from input_claims import HOUSE, Done, Skip, fill, small_disk

HOME = "keeper"
NAME = "金泽洋"
CAP_IPC_LOCK, PR_CAPBSET_DROP = 14, 24
MARKER = "to be found, since nobody hides it"
passphrase = {"now": "第一个口令"}  # of the keeper, as the claims go on


def act(t, *words, old=None, new=None, home=HOME, before=None, language=None):
    """Runs the program without a terminal and says everything that came of it."""
    more = {"MINQING_NEW_PASSPHRASE": new} if new is not None else {}
    environment = t.environment(passphrase["now"] if old is None else old, **more)
    if language:
        environment["LC_ALL"] = language
    process = subprocess.run(t.line(home, *words), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, preexec_fn=before, start_new_session=True, timeout=300, check=False)
    return Done(process.returncode, process.stdout, process.stderr, 0)


def act_words(t, *words):
    line = [word for word in t.line(HOME, *words) if word != "--json"]
    return subprocess.run(line, env=t.environment(passphrase["now"]), stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout


def good(t, *words, **how):
    done = act(t, *words, **how)
    assert done.code == 0, (words, done.code, done.err)
    return done.json


def refused(t, code, saying, *words, **how):
    """Refused with this exit code and a sentence, and the key file and the records are as they were."""
    before = key_file(t)
    done = act(t, *words, **how)
    assert done.code == code and saying in done.json["error"]["message"], (words, done.code, done.err)
    assert key_file(t) == before, words


def key_file(t):
    with open(os.path.join(t.path(HOME), "vault.key"), "rb") as f:
        return f.read()


def databases(t):
    return sorted(name for name in os.listdir(t.path(HOME)) if name.endswith(".db"))


def everything(t):
    """All that the home holds: the hash over every stream, every list, what a search finds, what is unsent."""
    doctor, status = good(t, "doctor"), good(t, "status")
    lists = {kind: good(t, kind, "list", "--limit", "5000") for kind in ["visit", "diary", "issue", "household", "person", "cadre"]}
    found = {word: good(t, "search", word, "--limit", "5000") for word in ["水", "鱼泉村", "钥匙换来换去"]}
    return doctor["state_hash"], lists, found, {k: status[k] for k in ["unsealed", "waiting", "delivered", "unsent", "continuation", "streams"]}


def visit(t, text):
    good(t, "visit", "add", "--household_id", HOUSE, "--date", "2026-04-02", "--outcome", "见到户主", "--text", text)


def spelled(code):
    return re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}-[0-9A-HJKMNP-TV-Z]{6}", code)


def keys_old_passphrase_is_dead(t):
    code = t.run("desk", "invite", "--role", "cadre", "--name", NAME, "--rank", "一般", "--village", "鱼泉村")["code"]
    good(t, "join", code)
    visit(t, "钥匙换来换去,记录都在")
    before = everything(t)
    assert good(t, "passphrase", "change", new="第二个口令") == {"changed": True}
    refused(t, 6, "", "status")
    passphrase["now"] = "第二个口令"
    assert everything(t) == before
    with open(t.path("new-passphrase"), "w", encoding="utf-8") as f:
        f.write("第三个口令\n")
    good(t, "passphrase", "change", "--new-passphrase-file", t.path("new-passphrase"))
    refused(t, 6, "", "status")
    passphrase["now"] = "第三个口令"
    assert everything(t) == before


def keys_a_forgotten_passphrase_opens_offline(t):
    before = everything(t)
    code = good(t, "unlock", "make")["code"]
    assert spelled(code), code
    t.stop_server()
    try:
        assert good(t, "unlock", "--code", code, old="忘了", new="想起来也没用") == {"unlocked": True}
        refused(t, 6, "", "status")
        passphrase["now"] = "想起来也没用"
        assert everything(t) == before
        visit(t, "开锁以后接着记")
    finally:
        t.start_server()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", good(t, "status")["unlock_code_used"]), "its owner sees that it happened"
    good(t, "sync")
    assert good(t, "status")["unsent"] == 0


def keys_a_code_works_once(t):
    assert good(t, "unlock", "make")["replaced"] is True, "the one that the admins held"
    first = good(t, "unlock", "make")
    assert first["replaced"] is True
    second = good(t, "unlock", "make")["code"]
    refused(t, 6, "不是现在的那个", "unlock", "--code", first["code"], old="忘了", new="不会成")
    spoken = second.lower().replace("-", " ").split()
    good(t, "unlock", "--code", *spoken, old="忘了", new="第四个口令")
    passphrase["now"] = "第四个口令"
    refused(t, 6, "unlock make", "unlock", "--code", second, old="忘了", new="不会成")
    good(t, "status")


def read_out(t, admin="desk"):
    """What an admin reads out to the keeper over the telephone."""
    t.run(admin, "sync")
    return t.run(admin, "unlock", "show", NAME)


def opens(t, code, new):
    """The keeper, who has forgotten his passphrase, opens with the code and has another one now."""
    assert good(t, "unlock", "--code", code, old="忘了", new=new) == {"unlocked": True}
    passphrase["now"] = new


def keys_a_code_is_read_out_over_the_telephone(t):
    good(t, "sync")
    before = everything(t)
    told = read_out(t)
    assert spelled(told["code"]) and good(t, "status")["device"].endswith(told["device"]), told
    assert read_out(t) == told, "it stands until it is used"
    t.stop_server()
    try:
        assert t.run("desk", "unlock", "show", NAME) == told, "an admin needs no signal for it"
        opens(t, told["code"], "电话里想好的")
        refused(t, 6, "换发邀请", "unlock", "--code", told["code"], old="又忘了", new="不会成")
        assert everything(t) == before
        visit(t, "念完解锁码接着记")
    finally:
        t.start_server()
    good(t, "sync")
    after = good(t, "status")
    assert after["unlock_code_used"] and after["unlock_code_holders"] == 1 and after["unsent"] == 0, after
    assert "解锁码已换新" in act_words(t, "status"), "its owner sees that it happened"
    again = read_out(t)
    assert again["code"] != told["code"] and again["device"] == told["device"], again
    refused(t, 6, "不是现在的那个", "unlock", "--code", told["code"], old="又忘了", new="不会成")
    opens(t, again["code"], "第二次电话")
    good(t, "sync")


def keys_paper_and_admins_have_one_code(t):
    paper = good(t, "unlock", "make")["code"]
    good(t, "sync")
    quiet = good(t, "sync")
    assert (quiet["records_up"], quiet["unsent"]) == (0, 0), quiet
    assert read_out(t)["code"] == paper, "a contact makes no paper void"
    good(t, "rekey")
    refused(t, 6, "unlock make", "unlock", "--code", paper, old="忘了", new="不会成")
    good(t, "sync")
    told = read_out(t)["code"]
    assert told != paper
    opens(t, told, "换钥匙以后")
    good(t, "sync")


def keys_only_an_admin_reads_codes_out(t):
    for home, role in [("clerk", "desk"), ("second", "admin")]:
        t.run(home, "join", t.run("desk", "invite", "--role", role, "--name", home)["code"])
    good(t, "sync")
    assert good(t, "status")["unlock_code_holders"] == 1, "not to a new admin's device before the six digits"
    assert t.run("desk", "sync") and t.run("desk", "status")["unlock_code_holders"] == 0, "nobody but himself, who could not open it"
    t.run("desk", "confirm", "second", "--digits", t.run("desk", "confirm", "second")["digits"])
    good(t, "sync")
    assert good(t, "status")["unlock_code_holders"] == 2, "a new admin has it from the next contact on"
    assert read_out(t, "second") == read_out(t), "and reads out the same"
    assert t.run("desk", "status")["unlock_code_holders"] == 1
    founder = next(one["name"] for one in t.run("desk", "members")["members"] if one["me"])
    now = passphrase["now"]
    for home, code, saying, words in [
            ("desk", 3, "没有 查无此人", ["show", "查无此人"]),
            ("desk", 3, "00000000", ["show", NAME, "--device", "00000000"]),
            ("desk", 3, "不是 %s 的" % NAME, ["show", NAME, "--device", t.run("clerk", "status")["device"][-8:]]),
            ("desk", 3, "没有交给本机", ["show", founder]),
            ("desk", 2, "unlock show", ["show"]),
            ("desk", 2, "--day", ["show", NAME, "--day", "1"]),
            ("clerk", 4, "管理员", ["show", NAME]),
            (HOME, 4, "管理员", ["show", NAME])]:
        done = act(t, "unlock", *words, home=home, old=now if home == HOME else "a passphrase")
        assert done.code == code and saying in done.json["error"]["message"], (words, done.code, done.err)
    for home in ["clerk", "desk"]:
        t.run(home, "sync")
    assert spelled(t.run("desk", "unlock", "show", "clerk")["code"]), "the desk's people forget too"


def keys_an_admin_who_was_stopped_knows_a_dead_code(t):
    good(t, "sync")
    before = read_out(t)["code"]
    assert good(t, "status")["unlock_code_holders"] == 2
    t.run("desk", "revoke", t.run("second", "status")["device"][-8:])
    good(t, "sync")
    assert good(t, "status")["unlock_code_holders"] == 1
    refused(t, 6, "不是现在的那个", "unlock", "--code", before, old="忘了", new="不会成")
    opens(t, read_out(t)["code"], "停用以后")
    good(t, "sync")


def keys_wrong_codes_wait_longer(t):
    wrong = good(t, "unlock", "make")["code"]
    right = good(t, "unlock", "make")["code"]
    waits = []
    for words, expected in [(["unlock", "--code", wrong], 6)] * 2 + [(["unlock", "--code", "A" + right[1:-1] + "*"], 3)] + \
                           [(["status"], 6)] + [(["unlock", "--code", wrong], 6)] * 2:
        done = act(t, *words, old="忘了", new="不会成")
        said = re.search(r"请等 (\d+) 秒", done.err)
        waits.append(int(said.group(1)) if said else 0)
        assert done.code == expected, (words, done.code, done.err)
    assert waits == [0, 0, 0, 0, 1, 2], "codes and passphrases are counted together, a mistyped code is no guess: %s" % waits
    done = act(t, "unlock", "--code", right, old="忘了", new="第五个口令")
    assert done.code == 0 and "请等 4 秒" in done.err, (done.code, done.err)
    passphrase["now"] = "第五个口令"
    assert "请等" not in act(t, "status").err, "forgotten after the right one"


def keys_rekey_keeps_every_row(t):
    visit(t, "换钥匙之前还没有送出")
    before = everything(t)
    code, old_key = good(t, "unlock", "make")["code"], key_file(t)
    assert databases(t) == ["vault.db"]
    assert good(t, "rekey") == {"rekeyed": True, "unlock_code_dropped": True, "pin_dropped": False}
    assert databases(t) == ["vault-1.db"] and everything(t) == before
    refused(t, 6, "unlock make", "unlock", "--code", code, old="忘了", new="不会成")
    shutil.copytree(t.path(HOME), t.path("older"))
    os.rename(os.path.join(t.path("older"), "vault-1.db"), os.path.join(t.path("older"), "vault.db"))
    with open(os.path.join(t.path("older"), "vault.key"), "wb") as f:
        f.write(old_key)
    assert act(t, "status", home="older").code == 7, "the key of an older copy opens nothing here"
    assert good(t, "rekey") == {"rekeyed": True, "unlock_code_dropped": False, "pin_dropped": False}
    assert databases(t) == ["vault-2.db"] and everything(t) == before
    visit(t, "换钥匙之后接着记")
    good(t, "sync")
    assert good(t, "status")["unsent"] == 0
    t.run("desk", "sync")
    for text in ["换钥匙之前还没有送出", "换钥匙之后接着记"]:
        assert t.run("desk", "search", text)["count"] == 1, text
    good(t, "unlock", "--code", good(t, "unlock", "make")["code"], old="忘了", new="第六个口令")
    passphrase["now"] = "第六个口令"


def keys_a_killed_change_of_keys_leaves_a_whole_vault(t):
    before = everything(t)
    for step in range(1, 9):
        process = subprocess.Popen(t.line(HOME, "rekey"), env=t.environment(passphrase["now"]), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.05 * step)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        good(t, "status")
        assert len(databases(t)) == 1, databases(t)
    assert everything(t) == before


def keys_a_killed_contact_leaves_a_code_that_opens(t):
    good(t, "sync")
    for step in range(1, 6):
        good(t, "rekey")
        process = subprocess.Popen(t.line(HOME, "sync"), env=t.environment(passphrase["now"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.12 * step)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        good(t, "sync")
        told = read_out(t)["code"]
        good(t, "sync")
        assert read_out(t)["code"] == told, "level"
        opens(t, told, "第 %d 次断电以后" % step)
        good(t, "sync")


def keys_a_full_disk_changes_no_key(t):
    with small_disk(t, "keyless") as (folder, home):
        before, files = t.run(home, "doctor")["state_hash"], sorted(os.listdir(t.path(home)))
        fill(folder)
        for words in [["rekey"], ["passphrase", "change"]]:
            done = act(t, *words, old="a passphrase", new="不会成", home=home)
            assert done.code == 1 and done.json["error"]["message"], (words, done.code, done.err)
            assert sorted(os.listdir(t.path(home))) == files, words
        done = act(t, "unlock", "make", old="a passphrase", home=home)
        assert done.code == 0 and spelled(done.json["code"]), ("the reserve is for such a day", done.code, done.err)
        os.remove(os.path.join(folder, "filling"))
        assert t.run(home, "doctor")["state_hash"] == before


def keys_wrong_orders_say_what_to_do_and_change_nothing(t):
    now = passphrase["now"]
    with open(t.path("empty-passphrase"), "w", encoding="utf-8") as f:
        f.write("\n")
    with open(t.path("long-passphrase"), "w", encoding="utf-8") as f:
        f.write("长" * 2000)
    before = everything(t)
    for code, saying, words, how in [
            (6, "MINQING_NEW_PASSPHRASE", ["passphrase", "change"], {}),
            (3, "另选", ["passphrase", "change"], {"new": now}),
            (6, "", ["passphrase", "change"], {"old": "不对", "new": "不会成"}),
            (3, "不能为空", ["passphrase", "change", "--new-passphrase-file", t.path("empty-passphrase")], {}),
            (3, "超过", ["passphrase", "change", "--new-passphrase-file", t.path("long-passphrase")], {}),
            (3, "读不了", ["passphrase", "change", "--new-passphrase-file", t.folder], {}),
            (3, "打不开", ["passphrase", "change", "--new-passphrase-file", t.path("no-such-file")], {}),
            (2, "passphrase change", ["passphrase"], {"new": "不会成"}),
            (2, "--code", ["passphrase", "change", "--code", "x"], {"new": "不会成"}),
            (6, "", ["rekey"], {"old": "不对"}),
            (6, "", ["unlock", "make"], {"old": "不对"}),
            (2, "unlock make", ["unlock", "nonsense"], {}),
            (2, "unlock make", ["unlock", "make", "--code", "x"], {}),
            (6, "乡镇管理员", ["unlock", "--code", "0000-0000-0000-000000"], {"new": "不会成"}),
            (3, "18 个字符", ["unlock", "--code", "0000-0000"], {"new": "不会成"}),
            (3, "输错了", ["unlock", "--code", "0000-0000-0000-000001"], {"new": "不会成"})]:
        refused(t, code, saying, *words, **how)
        good(t, "status")  # and the next attempt waits for none of these
    code = good(t, "unlock", "make")["code"]
    refused(t, 6, "MINQING_NEW_PASSPHRASE", "unlock", "--code", code, old="忘了")
    refused(t, 3, "不能为空", "unlock", "--code", code, "--new-passphrase-file", t.path("empty-passphrase"), old="忘了")
    for words in [["rekey"], ["unlock", "make"], ["passphrase", "change"], ["unlock", "--code", code]]:
        done = act(t, *words, home="nobody", new="不会成")
        assert done.code == 3 and "org create" in done.json["error"]["message"], (words, done.code, done.err)
        assert not os.path.exists(t.path("nobody")), words
    english = act(t, "unlock", "--code", "0000-0000", old="忘了", new="不会成", language="en_US.UTF-8")
    assert "cannot use the unlock code" in english.json["error"]["message"], english.err
    assert everything(t) == before


def mappings(process):
    """Each readable piece of memory as (begin, end, locked)."""
    out, piece = [], None
    with open("/proc/%d/smaps" % process.pid, encoding="utf-8", errors="replace") as f:
        for line in f:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+\s*(.*)", line)
            if head:
                special = head.group(3) in ("[vvar]", "[vsyscall]", "[vvar_vclock]")
                piece = None if special else (int(head.group(1), 16), int(head.group(2), 16))
            elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                piece = None
            elif line.startswith("VmFlags:") and piece:
                out.append((*piece, " lo" in line))
    return out


def copies(process, secret):
    """How often these bytes lie in the memory of a stopped process: in locked pages, and in others."""
    locked, others = 0, 0
    with open("/proc/%d/mem" % process.pid, "rb", buffering=0) as memory:
        for begin, end, is_locked in mappings(process):
            content, at = b"", begin
            while at < end:
                try:
                    memory.seek(at)
                    part = memory.read(min(end - at, 1 << 24))
                except OSError:
                    break
                if not part:
                    break
                content += part
                at += len(part)
            count = content.count(secret)
            locked, others = locked + count * is_locked, others + count * (not is_locked)
    return locked, others


def watching(t, *flags, **environment):
    """A `sync --watch` that has had its contacts, stopped as it waits for news."""
    process = subprocess.Popen(["stdbuf", "-oL", t.minqing, "--home", t.path(HOME), *flags, "sync", "--watch"],
                               env=dict(t.environment(), MQ_MARKER=MARKER, **environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    deadline = time.time() + 60
    heard = b""
    while time.time() < deadline:
        quiet = not select.select([process.stdout], [], [], 3)[0]
        if quiet and heard:
            break
        if not quiet:
            more = os.read(process.stdout.fileno(), 65536)
            assert more, "the watch ended"
            heard += more
    assert heard, "no contact"
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    return process


def searchable(t, *flags, **environment):
    """One whose memory the search can be seen to find things in; on a busy machine it once did not."""
    for _ in range(3):
        process, found = watching(t, *flags, **environment), 0
        try:
            found = copies(process, MARKER.encode())[1]
        except PermissionError as reason:
            raise Skip("no right to read another program's memory here") from reason
        finally:
            if not found:
                process.kill()
                process.wait()
        if found:
            return process
    raise AssertionError("the search finds not even what nobody hid")


def keys_passphrases_lie_in_locked_memory_only(t):
    if os.geteuid() != 0:
        raise Skip("only root may read the memory of a program that forbids it")
    now = passphrase["now"].encode()
    with open(t.path("passphrase"), "wb") as f:
        f.write(now + b"\n")
    for name, flags, environment, kept in [("environment", [], {"MINQING_PASSPHRASE": passphrase["now"]}, 1),
                                           ("file", ["--passphrase-file", t.path("passphrase")], {}, 0)]:
        process = searchable(t, *flags, **environment)
        try:
            with open("/proc/%d/limits" % process.pid, encoding="ascii") as f:
                assert re.search(r"Max core file size +0 +0 ", f.read()), "no core dumps"
            with open("/proc/%d/environ" % process.pid, "rb") as f:
                assert now not in f.read(), name
            locked, others = copies(process, now)
            assert (locked, others) == (kept, 0), (name, locked, others)
        except PermissionError as reason:
            raise Skip("no right to read another program's memory here") from reason
        finally:
            process.kill()
            process.wait()


def lock_at_most(size):
    """As an ordinary user has it: no right to lock what he likes."""
    def limit():
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (size, size))
    return limit


def keys_doctor_says_whether_memory_is_locked(t):
    for size, locked in [(8 << 20, True), (1 << 20, True), (0, False)]:
        assert good(t, "doctor", before=lock_at_most(size))["memory_locked"] is locked, size
    good(t, "rekey", before=lock_at_most(0))
    good(t, "rekey", before=lock_at_most(8 << 20))


CLAIMS = [keys_old_passphrase_is_dead, keys_a_forgotten_passphrase_opens_offline, keys_a_code_works_once,
          keys_a_code_is_read_out_over_the_telephone, keys_only_an_admin_reads_codes_out,
          keys_an_admin_who_was_stopped_knows_a_dead_code, keys_wrong_codes_wait_longer,
          keys_rekey_keeps_every_row, keys_paper_and_admins_have_one_code, keys_a_killed_change_of_keys_leaves_a_whole_vault,
          keys_a_killed_contact_leaves_a_code_that_opens,
          keys_a_full_disk_changes_no_key, keys_wrong_orders_say_what_to_do_and_change_nothing,
          keys_passphrases_lie_in_locked_memory_only, keys_doctor_says_whether_memory_is_locked]
