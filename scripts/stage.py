"""The stage of the demo: runs the two programs, tells each step and checks it.

The first check that fails ends the story with exit 1. Nothing here knows the programs' inside: it runs
commands and reads their JSON.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from story_link import Link

HERE = os.path.dirname(os.path.abspath(__file__))
TOWNSHIP = os.path.join(HERE, "..", "samples", "township")
VILLAGES = ["鱼泉村", "松树坪村", "清渭社区"]
TODAY = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))  # as the cadres say it


class Stage:
    MARKERS = []  # sentences and names that must never be found in the clear
    PARTS = []    # names of the methods that tell the story, in order

    def __init__(self, programs, folder):
        self.folder = folder
        self.minqing = os.path.join(programs, "app", "cli", "minqing")
        self.server_program = os.path.join(programs, "server", "minqing-server")
        self.step_number = 0
        self.checks = 0
        self.server = None
        self.port = None
        self.link = None
        self.passphrases = {}  # of those who did not keep their first

    # ---- telling
    def step(self, title, meaning):
        self.step_number += 1
        bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
        print("\n%s%d. %s%s\n   %s" % (bold, self.step_number, title, plain, meaning), flush=True)

    def check(self, claim, truth, detail=""):
        self.checks += 1
        print("   %s %s%s" % ("✓" if truth else "✗", claim, "  " + detail if detail else ""), flush=True)
        if not truth:
            sys.exit("   这一步不成立,演示到此为止 (this claim does not hold)")

    # ---- running
    def environment(self, who, clock=None, passphrase=None, new=None):
        passphrase = passphrase or self.passphrases.get(who, "口令-" + who)
        env = dict(os.environ, MINQING_PASSPHRASE=passphrase, LC_ALL="C.UTF-8",
                   XDG_STATE_HOME=os.path.join(self.folder, "state"))
        if new:
            env["MINQING_NEW_PASSPHRASE"] = new
        if clock:
            env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        return env

    def command(self, who, *words, clock=None, json_out=True):
        line = (["faketime", "-f", clock] if clock else []) + [self.minqing, "--home", os.path.join(self.folder, who)]
        return line + (["--json"] if json_out else []) + list(words)

    def run(self, who, *words, clock=None, expect=0, stdin=None, passphrase=None, new=None):
        done = subprocess.run(self.command(who, *words, clock=clock), env=self.environment(who, clock, passphrase, new),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, input=stdin)
        if done.returncode != expect:
            sys.exit("   命令没有按预期结束 (%d, expected %d): %s\n%s%s" % (
                done.returncode, expect, " ".join(words), done.stdout, done.stderr))
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def start_server(self):
        log = open(os.path.join(self.folder, "server.log"), "ab")
        listen = "127.0.0.1:%d" % (self.port or 0)
        self.server = subprocess.Popen([self.server_program, "--data", os.path.join(self.folder, "server"), "--listen", listen],
                                       stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.server.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        sys.exit("   服务器没有起来 (the server did not start)")

    def kill_server(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def server_starts(self):
        self.step("县里的服务器", "只在本机回环上,TLS,一个文件夹。它只存密文,读不了任何一条记录。")
        self.start_server()
        self.link = Link(self)
        self.check("服务器已在 127.0.0.1:%d 监听" % self.port, True)

    def find_markers(self, path):
        wanted = [m.encode(code) for m in self.MARKERS for code in ("utf-8", "gb18030", "utf-16-le")]
        found, size = set(), 0
        files = [path] if os.path.isfile(path) else [os.path.join(d, f) for d, _, names in os.walk(path) for f in names]
        for file in files:
            with open(file, "rb") as f:
                content = f.read()
            size += len(content)
            found |= {w.decode("utf-8", "replace") for w in wanted if w in content}
        return found, size

    def tell(self):
        for part in self.PARTS:
            getattr(self, part)()
        print("\n%d 项检查,全部成立。" % self.checks)


def main(story_class, about):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--programs", required=True, help="the build folder")
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="minqing-demo-")
    story = story_class(os.path.abspath(arguments.programs), folder)
    began = time.monotonic()
    try:
        story.tell()
        print("用时 %.0f 秒。" % (time.monotonic() - began))
    finally:
        if story.server and story.server.poll() is None:
            story.kill_server()
        if arguments.keep:
            print("文件夹:" + folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
