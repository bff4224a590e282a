"""Help, examples, completion and manual pages come from one table, and what they say is so."""
import os
import re
import shlex
import shutil
import subprocess

from township import SAMPLES, Township


def commands_of(t):
    return t.run("desk", "help")["commands"]


def words_of(key):
    """The commands that a line of `help json` is about."""
    return {word for part in key.split(", ") for word in part.split(" ")[0].split("|")}


def ease_every_command_has_usage_examples_and_a_shape(t):
    shapes = {word for key in t.run("desk", "help", "json") for word in words_of(key)}
    for command in commands_of(t):
        name = command["name"]
        assert command["usage"].startswith(name) and command["zh"] and command["en"], command
        assert name in shapes, "help json says nothing of " + name
        assert command["examples"], "no example of " + name
        for example in command["examples"]:
            words = shlex.split(example["line"])
            assert words[0] == name and example["zh"] and example["en"], example
            unknown = {word for word in words if re.match(r"--[a-z]|-o$", word)} - set(command["flags"])
            assert not unknown, (example["line"], unknown)


def ease_examples_that_stand_alone_run(t):
    with Township(t.programs) as fresh:
        fresh.start_server()
        fresh.found()
        os.symlink(os.path.realpath(os.path.join(SAMPLES, "..")), fresh.path("samples"))
        for kind, file in [("roster", "roster-鱼泉村.csv"), ("cadres", "cadres.csv"), ("pairings", "pairings.csv")]:
            fresh.run("desk", "import", kind, fresh.sample(file), *(["--skip-refused"] if kind == "pairings" else []))
        ran = 0
        for command in commands_of(t):
            for example in [one for one in command["examples"] if one["alone"]]:
                done = subprocess.run(fresh.line("desk", *shlex.split(example["line"])), env=fresh.environment(), cwd=fresh.folder,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
                assert done.returncode == 0, (example["line"], done.stdout[-800:])
                ran += 1
        assert ran >= 50, ran


def ease_topics_say_what_people_do(t):
    for topic, word in [("月底", "完整性"), ("month-end", "完整性"), ("备份", "recover make"), ("离线", "bundle export"),
                        ("口令", "unlock show"), ("纸面", "household card"), ("退出码", "5")]:
        assert word in t.words("desk", "help", topic), topic
    assert "--outcome" in t.words("desk", "help", "visit") and "请不要记" in t.words("desk", "help", "visit")
    t.run("desk", "help", "没有这个题目", expect=2)
    for command in re.findall(r"minqing ([a-z]+)", "".join(one["text"] for one in t.run("desk", "help")["topics"])):
        assert command in {one["name"] for one in commands_of(t)}, command


def ease_help_explains_its_marks_and_what_a_cancel_asks(t):
    shown = t.words("desk", "help", "issue")
    assert "issue cancel 编号 --reason 原因" in shown and "! 登记时就要填,‡ 提交、办结时要填" in shown, shown
    for row in shown.split("\n"):
        assert not row.startswith("--handler_id ") or "‡" in row, row
    drill = [line for line in t.words("desk", "help", "recover").split("\n") if "recover drill" in line and "恢复单-1" in line]
    assert drill and "恢复单/恢复单-1.html" in drill[0], "the files that recover make writes: " + str(drill)


def in_english(t, *words):
    line = [word for word in t.line("desk", *words) if word != "--json"]
    environment = dict(t.environment(), LC_ALL="en_US.UTF-8")
    return subprocess.run(line, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout


def ease_english_reads_english_heads(t):
    for words, heads in [(["members", "--devices"], ["name", "role", "device number"]),
                         (["household", "list", "--limit", "1"], ["ID", "Household number", "Status"]),
                         (["schema", "visit"], ["identifier", "needed"])]:
        shown = in_english(t, *words)
        assert all(head in shown for head in heads), (words, shown[:300])
    shown = in_english(t, "help", "passphrase")
    assert "passphrase change" in shown and "an admin reads out a code" in shown, "the command and the topic of that name"


def completed(script, *words):
    """What bash offers for the last word."""
    asked = 'source "$0"; COMP_WORDS=(minqing "$@"); COMP_CWORD=$#; _minqing; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", asked, script, *words], stdout=subprocess.PIPE, text=True, check=True, timeout=20)
    return set(done.stdout.split("\n")) - {""}


def ease_bash_completes_commands_verbs_flags_and_values(t):
    script = t.path("completion.bash")
    with open(script, "w", encoding="utf-8") as file:
        file.write(t.words("desk", "completion", "bash"))
    assert completed(script, "vi") == {"visit"}
    assert {"add", "list", "show", "amend", "cancel", "print"} <= completed(script, "visit", "")
    assert {"create", "county", "township", "open"} <= completed(script, "org", "") and completed(script, "org", "county", "c") == {"create"}
    assert completed(script, "visit", "add", "--out") == {"--outcome"}
    assert completed(script, "--json", "visit", "add", "--outcome", "请") == {"请不要记"}
    assert {"见到户主", "不在家"} <= completed(script, "visit", "add", "--date", "2026-03-05", "--outcome", "")
    assert "饮水" in completed(script, "visit", "add", "--category", "")
    assert completed(script, "report", "RP0") >= {"RP01", "RP09"} and "xlsx" in completed(script, "report", "RP01", "--format", "")
    assert "月底" in completed(script, "help", "月") and "visit" in completed(script, "help", "v")
    assert {"--health", "--income"} <= completed(script, "person", "add", "--"), "the facts beside a person are flags of the command"
    assert completed(script, "visit", "add", "--village", "") == set(), "no name of a village stands in the script"
    text = open(script, encoding="utf-8").read()
    assert "鱼泉村" not in text and "龚海" not in text
    t.run("desk", "completion", "fish", expect=2)


def offered_by_zsh(script, *words):
    """What the script hands to compadd for the last word; zsh itself then keeps what begins like it."""
    asked = 'compdef() { }; compadd() { shift; print -l -- "$@" }; source "$0"; words=(minqing "$@"); CURRENT=$#words; _minqing'
    done = subprocess.run(["zsh", "-f", "-c", asked, script, *words], stdout=subprocess.PIPE, text=True, check=True, timeout=20)
    return set(done.stdout.split("\n")) - {""}


def ease_zsh_is_offered_what_bash_is(t):
    scripts = {}
    for shell in ["bash", "zsh"]:
        scripts[shell] = t.path("completion." + shell)
        with open(scripts[shell], "w", encoding="utf-8") as file:
            file.write(t.words("desk", "completion", shell))
    assert open(scripts["zsh"], encoding="utf-8").readline() == "#compdef minqing\n"
    for words in [[""], ["visit", ""], ["visit", "add", ""], ["--json", "visit", "add", "--outcome", ""], ["org", "county", ""],
                  ["report", "RP01", "--format", ""], ["help", ""], ["person", "add", "--"], ["visit", "add", "--date", "2026-03-05", ""]]:
        offered = offered_by_zsh(scripts["zsh"], *words)
        begun = {word for word in offered if word.startswith(words[-1])}
        assert begun and begun == completed(scripts["bash"], *words), words


def ease_manual_pages_are_pages(t):
    folder = t.path("man")
    done = t.run("desk", "help", "man", "-o", folder)
    pages = sorted(os.listdir(folder))
    assert len(pages) == done["files"] == len(commands_of(t)) + 1 and "minqing.1" in pages and "minqing-visit.1" in pages, pages
    for page in pages:
        text = open(os.path.join(folder, page), encoding="utf-8").read()
        assert text.startswith(".TH minqing") and ".SH 名称\n" in text and (page == "minqing.1" or ".SH 例子\n" in text), page
        known = r"\.(TH|SH|TP|HP|PP|BR|B|nh|ad) ?"
        assert all(re.match(known, line) for line in text.split("\n") if line.startswith((".", "'"))), page
        if shutil.which("groff"):
            made = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-P-c", os.path.join(folder, page)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
            assert made.returncode == 0 and "error" not in made.stderr, (page, made.stderr[:400])
            assert page == "minqing.1" or "例子" in made.stdout, page
    visit = open(os.path.join(folder, "minqing-visit.1"), encoding="utf-8").read()
    assert "\\-\\-outcome" in visit and "请不要记" in visit
    said = next(shape for name, shape in t.run("desk", "help", "json").items() if name == "help man")
    assert '"files":%d' % done["files"] in said, (said, done["files"])


def ease_manual_pages_of_an_english_reader_are_english(t):
    folder = t.path("man-en")
    in_english(t, "help", "man", "-o", folder)
    for page in sorted(os.listdir(folder)):
        text = open(os.path.join(folder, page), encoding="utf-8").read()
        assert ".SH NAME\n" in text and (page == "minqing.1" or ".SH EXAMPLES\n" in text), page
        chinese = [line for line in text.split("\n") if line.startswith(".SH") and re.search("[\u4e00-\u9fff]", line)]
        assert not chinese, (page, chinese)


CLAIMS = [ease_help_explains_its_marks_and_what_a_cancel_asks, ease_english_reads_english_heads,
          ease_every_command_has_usage_examples_and_a_shape, ease_examples_that_stand_alone_run, ease_topics_say_what_people_do,
          ease_bash_completes_commands_verbs_flags_and_values, ease_zsh_is_offered_what_bash_is, ease_manual_pages_are_pages,
          ease_manual_pages_of_an_english_reader_are_english]
