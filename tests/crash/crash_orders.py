"""kill -9 in a rush of orders, over HTTP: crash_orders.py GUILDHALL [ROUNDS [SEED]]

Buyers order and pay on kept connections; after a random number of answers the program is killed.
Then, each round:
  - `guildhall check` finds nothing wrong,
  - each order whose placing was answered is there, with its buyer and quantity, and each whose
    payment was answered is paid,
  - the buyers send what got no answer again, under the same keys: in the end each key is one order,
    and no order is without a key.
"""
import http.client
import os
import pathlib
import random
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, Town  # noqa: E402

BUYERS, STOCK = 6, 1_000_000
UNPAID_MOST = 5  # of one buyer; less than ORDER_UNPAID_MAX leaves room for what got no answer


class Rush:
    def __init__(self, town, numbers):
        self.town, self.random = town, numbers
        self.lock = threading.Lock()
        self.answers = 0
        self.placed = {}      # key -> (order id, buyer, quantity)
        self.paid = set()     # order ids
        self.unanswered = []  # (buyer, key, quantity)
        self.unpaid = {f"buyer{i}": [] for i in range(BUYERS)}  # order ids

    def answered(self):
        with self.lock:
            self.answers += 1
            if self.answers == self.kill_after:
                self.town.process.kill()
                self.killed = True

    def order(self, client, buyer, key, quantity):
        try:
            status, body = client.post("/orders", {"sku": 1, "quantity": quantity, **RECEIVER}, key)
        except (OSError, http.client.HTTPException):
            with self.lock:
                self.unanswered.append((buyer, key, quantity))
            return None
        if status == 503:  # retryable: not done, or done and not told
            with self.lock:
                self.unanswered.append((buyer, key, quantity))
            return None
        assert status == 201, (status, body)
        with self.lock:
            earlier = self.placed.setdefault(key, (body["order"]["id"], buyer, quantity))
            if body["order"]["id"] not in self.unpaid[buyer]:
                self.unpaid[buyer].append(body["order"]["id"])
        assert earlier[0] == body["order"]["id"], "one key, two orders"
        self.answered()
        return body["order"]["id"]

    def pay(self, client, buyer, order_id):
        try:
            status, body = client.post(f"/cashier/{order_id}")
        except (OSError, http.client.HTTPException):
            return
        if status == 200:
            assert body["order"]["status"] == "paid", body
            with self.lock:
                self.paid.add(order_id)
                self.unpaid[buyer].remove(order_id)
            self.answered()

    def buy(self, buyer, seed):
        numbers = random.Random(seed)
        client = self.town.client(buyer)
        while not self.killed:
            if len(self.unpaid[buyer]) > UNPAID_MOST:
                self.pay(client, buyer, self.unpaid[buyer][0])
                continue
            order_id = self.order(client, buyer, uuid.UUID(int=numbers.getrandbits(128)).hex,
                                  numbers.randint(1, 3))
            if order_id and numbers.random() < 0.4:
                self.pay(client, buyer, order_id)
        client.close()

    def run(self, kill_after):
        self.answers, self.kill_after, self.killed = 0, kill_after, False
        threads = [threading.Thread(target=self.buy,
                                    args=(f"buyer{i}", self.random.getrandbits(64)))
                   for i in range(BUYERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.town.process.wait()
        self.town.process = None

    def send_again(self):
        waiting, self.unanswered = self.unanswered, []
        self.kill_after = 0
        for buyer, key, quantity in waiting:
            client = self.town.client(buyer)
            assert self.order(client, buyer, key, quantity), "a repeat was not answered"
            client.close()
        return len(waiting)

    def verify(self):
        """What the database holds, against what was answered."""
        with self.town.database.connect() as db:
            orders = {row[0]: row[1:] for row in db.all(
                "SELECT o.id, u.login, l.quantity, o.status FROM orders o JOIN users u ON u.id ="
                " o.buyer_id JOIN order_lines l ON l.order_id = o.id")}
            keys = dict(db.all("SELECT key, subject FROM idempotency_keys WHERE result = 'ok'"))
        for key, (order_id, buyer, quantity) in self.placed.items():
            assert keys.get(key) == order_id, f"order {order_id} was answered and its key is lost"
            assert orders[order_id][:2] == (buyer, quantity), orders[order_id]
        for order_id in self.paid:
            assert orders[order_id][2] == "paid", f"order {order_id}: its payment is lost"
        assert sorted(keys.values()) == sorted(orders), "orders without a key, or keys without one"
        return len(orders)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100 if os.environ.get("GUILDHALL_LONG") else 6
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    numbers = random.Random(seed)
    with Town(sys.argv[1], buyers=BUYERS, stock=(STOCK,)) as town:
        rush = Rush(town, numbers)
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
