"""kill -9 in a rush of orders, over HTTP: crash_orders.py GUILDHALL [ROUNDS [SEED]]

After a random number of answers the program is killed. Then, each round, `guildhall check` finds
nothing wrong, and what tests/lib/rush.py says is true.
"""
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from rush import BUYERS, Rush  # noqa: E402
from town import Town  # noqa: E402

STOCK = 1_000_000


class KilledRush(Rush):
    kill_after = 0

    def on_answer(self, number):
        if number == self.kill_after:
            self.town.process.kill()
            self.ended = True

    def run(self, kill_after):
        self.kill_after = kill_after
        self.start()
        self.join()
        self.kill_after = 0
        self.town.process.wait()
        self.town.process = None


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100 if os.environ.get("GUILDHALL_LONG") else 10
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    numbers = random.Random(seed)
    with Town(sys.argv[1], buyers=BUYERS, stock=(STOCK,)) as town:
        rush = KilledRush(town, numbers)
        for i in range(BUYERS):  # logs in; the sessions outlive the kills
            town.client(f"buyer{i}").close()
        for round_number in range(1, rounds + 1):
            kill_after = numbers.randint(1, 400)
            rush.run(kill_after)
            status, said = town.check()
            assert status == 0, said
            there = rush.verify()
            town.start()
            again = rush.send_again()
            there_now = rush.verify()
            print(f"round {round_number}: killed after {kill_after} answers; {there} orders, "
                  f"{again} sent again, {there_now} orders", flush=True)
        assert town.stop() == 0
        status, said = town.check()
        assert status == 0, said


if __name__ == "__main__":
    main()
