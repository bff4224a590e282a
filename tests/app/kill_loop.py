#!/usr/bin/python3
"""kill -9 at 200 moments while the program records: what it acknowledged is there, once."""
import argparse
import os
import random
import signal
import subprocess
import sys

from township import Township

KILLS = 200
HOUSE = "999999100201010001"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True)
    arguments = parser.parse_args()
    rng = random.Random(20260301)
    with Township(os.path.abspath(arguments.programs)) as t:
        t.start_server()
        t.found()
        t.run("desk", "import", "roster", t.sample("roster-鱼泉村.csv"))
        t.stop_server()
        acknowledged, tried, longest = set(), 0, 0.45
        while tried < KILLS:
            text = "第%04d次" % tried
            tried += 1
            process = subprocess.Popen(t.line("desk", "visit", "add", "--household_id", HOUSE, "--date", "2026-03-05", "--outcome",
                                              "见到户主", "--text", text), env=t.environment(), stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
            try:
                out, _ = process.communicate(timeout=rng.uniform(0.0, longest))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                out, _ = process.communicate()
            if '"saved":true' in out:
                acknowledged.add(text)
        texts = [row["text"] for row in t.run("desk", "visit", "list", "--limit", "1000")["rows"]]
        t.run("desk", "doctor")
        lost = acknowledged - set(texts)
        doubled = len(texts) - len(set(texts))
        print("%d kills, %d acknowledged, %d stored, %d lost, %d doubled" % (tried, len(acknowledged), len(texts), len(lost), doubled))
        sound = not lost and doubled == 0 and acknowledged and len(acknowledged) < tried
        print("%d passed, %d failed" % (1 if sound else 0, 0 if sound else 1))
        sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
