"""The exit code says what kind of fault it was (DESIGN section 8), and a damaged home is never written over."""
import os
import shutil
import subprocess

from township import Township


def said(t, home, code, *words):
    return t.run(home, *words, expect=code)["error"]["message"]


def exit_of_a_name_that_two_have_is_3(t):
    with open(t.path("namesakes.csv"), "w", encoding="utf-8") as file:
        file.write("姓名,职级,手机\n韩同名,一般,13900000001\n韩同名,一般,13900000002\n")
    t.run("desk", "import", "cadres", t.path("namesakes.csv"))
    assert "不止一个" in said(t, "desk", 3, "cadre", "show", "韩同名")


def exit_of_a_verb_that_a_record_lacks_is_2(t):
    message = said(t, "desk", 2, "handout", "add", "--title", "水管")
    assert "没有 handout add" in message and "handout sign" in message, message


def exit_of_a_home_that_lost_a_file_is_7_and_nothing_is_written(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        code = own.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"]
        for home, lost in [("keyless", "vault.key"), ("bookless", "vault.db")]:
            shutil.copytree(own.path("desk"), own.path(home))
            for name in os.listdir(own.path(home)):
                if name.startswith(lost):
                    os.remove(os.path.join(own.path(home), name))
            before = sorted(os.listdir(own.path(home)))
            create = ["org", "create", "--county", "县", "--township", "镇", "--server", "127.0.0.1:%d" % own.port]
            for words in [["status"], ["visit", "list"], ["unlock"], ["join", code], create]:
                message = said(own, home, 7, *words)
                assert lost in message and "备份" in message, (words, message)
                assert sorted(os.listdir(own.path(home))) == before, (words, os.listdir(own.path(home)))
            shutil.copy(os.path.join(own.path("desk"), lost), own.path(home))
            assert own.run(home, "status")["state"] == "筹备", "put back, it opens"
        os.mkdir(own.path("begun"))
        shutil.copy(os.path.join(own.path("desk"), "vault.key"), own.path("begun"))
        own.run("begun", "join", code)


def exit_of_a_file_that_may_not_grow_is_1_and_said(t):
    """A program that the kernel kills says nothing; ulimit -f makes each write fail instead."""
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        line = own.line("desk", "import", "roster", own.sample("roster-鱼泉村.csv"))
        done = subprocess.run(["bash", "-c", 'ulimit -f 200; exec "$@"', "bash", *line], env=own.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        assert done.returncode == 1 and done.stderr, (done.returncode, done.stderr)
        assert own.run("desk", "household", "list")["count"] == 0
        modes = {name: os.stat(os.path.join(own.path("desk"), name)).st_mode & 0o777 for name in os.listdir(own.path("desk"))}
        assert set(modes.values()) == {0o600}, modes


def exit_messages_name_what_is_wrong(t):
    open(t.path("afile"), "w").close()
    for home, code, words, stdin, saying in [
            ("afile", 3, ["status"], None, "--home 要写文件夹"),
            ("desk", 2, ["report"], None, "请写明哪张报表"),
            ("desk", 3, ["unit", "merge", "测试镇机关"], None, "请写明并入哪个村"),
            ("desk", 3, ["issue", "add", "--text", "x", "--category", "饮水", "--to_org", "没有的站"], None, "没有叫 没有的站 的单位")]:
        message = t.run(home, *words, expect=code, stdin=stdin)["error"]["message"]
        assert saying in message, (words, message)
    done = subprocess.run(t.line("desk", "visit", "add", "-"), env=t.environment(), input='{"text":"走访"}'.encode("gbk"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 3 and "UTF-8" in done.stderr.decode(), done.stderr


def exit_an_invitation_is_taken_back_by_its_number_too(t):
    with Township(t.programs) as own:
        own.start_server()
        own.found()
        code = own.run("desk", "invite", "--role", "supervisor", "--name", "督查员")["code"]
        people = own.run("desk", "members", "--devices")["members"]
        number = [invite["number"] for one in people for invite in one["invites"]][0]
        assert own.run("desk", "revoke", number)["revoked"] == number
        own.run("reader", "join", code, expect=4)
        own.run("reader", "join", own.run("desk", "invite", "--role", "supervisor", "--name", "督查员")["code"])
        digits = own.run("desk", "confirm", "督查员")["digits"]
        own.run("reader", "sync")
        assert own.run("reader", "status")["digits"] == digits, "he reads them out, though no key waits for him"


CLAIMS = [exit_of_a_name_that_two_have_is_3, exit_of_a_verb_that_a_record_lacks_is_2,
          exit_of_a_home_that_lost_a_file_is_7_and_nothing_is_written, exit_of_a_file_that_may_not_grow_is_1_and_said,
          exit_messages_name_what_is_wrong, exit_an_invitation_is_taken_back_by_its_number_too]
