"""The exit code says what kind of fault it was (DESIGN section 8), and a damaged home is never written over."""
import os
import shutil

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


CLAIMS = [exit_of_a_name_that_two_have_is_3, exit_of_a_verb_that_a_record_lacks_is_2,
          exit_of_a_home_that_lost_a_file_is_7_and_nothing_is_written]
