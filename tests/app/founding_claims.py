"""Founding, killed or misled at any moment: the county root is on its file before the server is bound to it."""
import os
import subprocess

from relay import Relay
from slips_claims import write
from township import Township

ANSWERS_MAX = 200


def create(town, port, root, township="测试镇", how="--root-out"):
    return ["org", "create", "--county", "测试县", "--township", township, "--server", "127.0.0.1:%d" % port, how, town.path(root)]


def read(town, name):
    with open(town.path(name), encoding="utf-8") as f:
        return f.read()


def killed_at(town, relay, answer, words, home):
    """Whether it was killed in place of getting this answer; else it ended well."""
    process = subprocess.Popen(town.line(home, *words), env=town.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    relay.at_answer(answer, process.kill)
    process.wait(timeout=120)
    relay.at_answer(0, None)
    assert process.returncode in (0, -9), process.returncode
    return process.returncode == -9


def founding_killed_at_any_answer_goes_on_under_the_same_root(t):
    answer, bound, home = 1, 0, 0
    while True:
        with Township(t.programs) as town:
            town.start_server()
            with Relay(town.port) as relay:
                words = create(town, relay.port, "root.txt")
                killed = killed_at(town, relay, answer, words, "desk")
                before = read(town, "root.txt") if os.path.exists(town.path("root.txt")) else None
                if not killed:
                    break
                assert town.run("desk", *words)["state"] == "筹备", answer
                assert before in (None, read(town, "root.txt")), "never another root"
                bound += before is not None
                assert town.run("desk", "doctor")["ok"] and town.run("desk", "members")["members"], answer
                refused(town, 1, "已经属于", words, "desk")
            # The server takes no root but the one it is bound to.
            town.run("other", *create(town, town.port, "root.txt", "另一镇", "--root"))
        answer += 3
        assert answer < ANSWERS_MAX
    assert before and bound >= 3, "killed also after the root stood"


def refused(town, code, saying, words, home):
    done = town.run(home, *words, expect=code)
    assert saying in done["error"]["message"], (words, done)


def a_root_file_is_never_replaced_and_nothing_is_founded_without_one(t):
    with Township(t.programs) as town:
        town.start_server()
        write(town, "letter.txt", "一封信\n")
        refused(town, 1, "没有覆盖", create(town, town.port, "letter.txt"), "desk")
        assert read(town, "letter.txt") == "一封信\n" and not os.path.exists(town.path("desk"))
        town.run("desk", *create(town, town.port, "no/folder/root.txt"), expect=3)
        town.run("first", *create(town, town.port, "first.txt"))  # the server was bound to nothing
        refused(town, 4, "另一个县", create(town, town.port, "second.txt"), "second")
        refused(town, 1, "second.txt 再来", create(town, town.port, "third.txt"), "second")
        refused(town, 1, "另一个县根", create(town, town.port, "first.txt", how="--root"), "second")
        assert not os.path.exists(town.path("third.txt"))
        kept = read(town, "second.txt")
        town.stop_server()
        town.run("alone", *create(town, town.port, "alone.txt"), expect=5)
        assert not os.path.exists(town.path("alone.txt")), "nothing is begun without a contact"
        with Township(t.programs) as elsewhere:
            elsewhere.start_server()
            town.run("second", *create(town, elsewhere.port, "second.txt"))
            assert read(town, "second.txt") == kept


def a_county_card_is_made_for_the_root_that_stands(t):
    with Township(t.programs) as town:
        words = ["org", "county", "create", "--county", "测试县", "--root-out", town.path("root.txt"), "--card-out"]
        first = town.run("keeper", *words, town.path("card"))
        kept = read(town, "root.txt")
        refused(town, 1, "没有覆盖", [*words, town.path("card")], "keeper")
        os.remove(town.path("card"))  # as a kill between the two leaves it
        assert town.run("keeper", *words, town.path("card"))["root_number"] == first["root_number"]
        assert read(town, "root.txt") == kept
        write(town, "letter.txt", "一封信\n")
        refused(town, 1, "没有覆盖", ["org", "county", "create", "--county", "县", "--root-out", town.path("letter.txt"), "--card-out",
                                  town.path("new-card")], "keeper")
        assert read(town, "letter.txt") == "一封信\n" and not os.path.exists(town.path("new-card"))
        # A card whose folder is missing leaves the root, never a card alone.
        town.run("keeper", "org", "county", "create", "--county", "县", "--root-out", town.path("r2.txt"), "--card-out",
                 town.path("no/folder/card"), expect=3)
        assert os.path.exists(town.path("r2.txt"))


CLAIMS = [founding_killed_at_any_answer_goes_on_under_the_same_root, a_root_file_is_never_replaced_and_nothing_is_founded_without_one,
          a_county_card_is_made_for_the_root_that_stands]
