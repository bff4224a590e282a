#!/usr/bin/python3
"""kill -9 at more than 200 moments while the programs record, reconcile and import: what was acknowledged is there, once."""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time

from township import Township

RECORD_KILLS, SYNC_KILLS, IMPORT_KILLS = 90, 14, 8  # the first for each of two homes
HOUSE = "999999100201010001"


class Kills:
    """Runs one command of one home, and kills it near the moments when it writes."""

    def __init__(self, township, home, seed):
        self.township, self.home, self.rng = township, home, random.Random(seed)
        self.took = {}
        self.killed = 0

    def run(self, *words, victim=None):
        """What the command printed; nothing if it, or the victim, was killed before it said so."""
        usual = self.took.get(words[0], 0)
        process = subprocess.Popen(self.township.line(self.home, *words), env=self.township.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        begun = time.monotonic()
        try:
            out, _ = process.communicate(timeout=self.rng.uniform(0.6, 1.1) * usual if usual else 60)
            self.took[words[0]] = time.monotonic() - begun
        except subprocess.TimeoutExpired:
            if victim:
                victim()
            else:
                process.send_signal(signal.SIGKILL)
            self.killed += 1
            out, _ = process.communicate()
        return out if process.returncode == 0 else ""


def visit(text):
    return ["visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome", "见到户主", "--text", text]


def record(kills, acknowledged):
    """Without a server: a visit is there if its number was printed."""
    tried = 0
    while kills.killed < RECORD_KILLS:
        text = "%s第%03d次" % (kills.home, tried)
        tried += 1
        if '"saved":true' in kills.run(*visit(text)):
            acknowledged.add(text)


def reconcile(township, kills, acknowledged):
    """By turns the device dies in its contact and the server in the middle of an answer."""
    def kill_server():
        township.stop_server()
        township.start_server()

    tried, until = 0, kills.killed + SYNC_KILLS
    while kills.killed < until:
        text = "%s送第%03d次" % (kills.home, tried)
        tried += 1
        township.run(kills.home, *visit(text))
        acknowledged.add(text)
        kills.run("sync", victim=kill_server if tried % 2 else None)


def import_roster(township, kills):
    """Killed anywhere, and taken up again with the same file: every household and person once."""
    roster = ["import", "roster", township.sample("roster-清渭社区.csv")]
    for _ in range(IMPORT_KILLS):
        kills.run(*roster)
        kills.took.setdefault(roster[0], 1.0)
    township.run(kills.home, *roster)
    again = township.run(kills.home, *roster)
    people = township.run(kills.home, "person", "list", "--village", "清渭社区", "--limit", "100000")["rows"]
    ids = {row["id"] for row in people}
    print("import: %d people, again %d stored, %d duplicates" % (len(people), again["stored"], again["duplicates"]))
    return again["stored"] == 0 and again["refused"] == 0 and len(ids) == len(people) == again["data_lines"]


def texts(township, home):
    rows = township.run(home, "visit", "list", "--limit", "10000")["rows"]
    return sorted(row["text"] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True)
    arguments = parser.parse_args()
    with Township(os.path.abspath(arguments.programs)) as t:
        t.start_server()
        t.found()
        t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
        t.run("desk", "sync")
        t.invite_and_join("cadre", "李", "鱼泉村")
        t.run("cadre", "sync")
        t.stop_server()
        acknowledged = set()
        homes = [Kills(t, "desk", 20260301), Kills(t, "cadre", 20260302)]
        threads = [threading.Thread(target=record, args=(kills, acknowledged)) for kills in homes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.start_server()
        reconcile(t, homes[1], acknowledged)
        imported = import_roster(t, homes[0])
        for home in ("cadre", "desk", "cadre"):
            t.run(home, "sync")
        held = {home: texts(t, home) for home in ("desk", "cadre")}
        for home in held:
            t.run(home, "doctor")
        t.stop_server()
        checked = subprocess.run([t.server_program, "check", "--data", t.path("server")], stdout=subprocess.DEVNULL)
        lost = acknowledged - set(held["desk"])
        doubled = len(held["desk"]) - len(set(held["desk"]))
        killed = sum(kills.killed for kills in homes)
        print("%d kills, %d acknowledged, %d stored, %d lost, %d doubled" % (killed, len(acknowledged), len(held["desk"]), len(lost), doubled))
        sound = not lost and doubled == 0 and held["desk"] == held["cadre"] and imported and checked.returncode == 0
        print("%d passed, %d failed" % (1 if sound else 0, 0 if sound else 1))
        sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
