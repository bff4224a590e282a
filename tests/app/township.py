"""A server, a desk and cadres driven from the outside: what the tests of the programs share."""
import json
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "..", "..", "samples", "township")


class Township:
    def __init__(self, programs):
        self.folder = tempfile.mkdtemp(prefix="minqing-test-")
        self.programs = programs
        self.minqing = os.path.join(programs, "app", "cli", "minqing")
        self.server_program = os.path.join(programs, "server", "minqing-server")
        self.server, self.port = None, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def sample(self, name):
        return os.path.join(SAMPLES, name)

    def start_server(self):
        self.server = subprocess.Popen([self.server_program, "--data", self.path("server"), "--listen", "127.0.0.1:%d" % self.port],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.server.stdout:
            if line.startswith("listening"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError("the server did not start")

    def stop_server(self):
        self.server.kill()
        self.server.wait()
        self.server = None

    def environment(self, passphrase="a passphrase", **more):
        return dict(os.environ, MINQING_PASSPHRASE=passphrase, LC_ALL="C.UTF-8", XDG_STATE_HOME=self.path("state"), **more)

    def line(self, home, *words):
        return [self.minqing, "--home", self.path(home), "--json", *words]

    def run(self, home, *words, expect=0, passphrase="a passphrase", stdin=None):
        done = subprocess.run(self.line(home, *words), env=self.environment(passphrase), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, input=stdin, timeout=120)
        assert done.returncode == expect, "exit %d, expected %d: %s\n%s\n%s" % (
            done.returncode, expect, words, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def words(self, home, *words):
        """What a person is told."""
        line = [word for word in self.line(home, *words) if word != "--json"]
        return subprocess.run(line, env=self.environment(), stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout

    def found(self, home="desk", **options):
        return self.run(home, "org", "create", "--county", "测试县", "--township", "测试镇", "--server", "127.0.0.1:%d" % self.port,
                        "--root-out", self.path("root.txt"), **options)

    def invite_and_join(self, home, name, village):
        code = self.run("desk", "invite", "--role", "cadre", "--name", name, "--rank", "一般", "--village", village)["code"]
        self.run(home, "join", code)
        return code
