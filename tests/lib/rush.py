"""Buyers who order and pay on kept connections as fast as they are answered, and what must be true of
it afterwards, whatever happened to the program meanwhile:
  - each order whose placing was answered is there, with its buyer and quantity, and each whose
    payment was answered is paid,
  - what got no answer, or "try again", is sent again under the same key (send_again): in the end each
    key is one order, and no order is without a key.
"""
import http.client
import random
import threading
import uuid

from town import RECEIVER

BUYERS = 6
UNPAID_MOST = 5  # of one buyer; less than ORDER_UNPAID_MAX leaves room for what got no answer


class Rush:
    """The buyers, until `ended` is set. What goes wrong meanwhile is the test's business."""

    def __init__(self, town, numbers):
        self.town, self.random = town, numbers
        self.lock = threading.Lock()
        self.answers, self.retries, self.ended = 0, 0, False
        self.wrong = []       # what a thread found wrong
        self.placed = {}      # key -> (order id, buyer, quantity)
        self.paid = set()     # order ids
        self.unanswered = []  # (buyer, key, quantity)
        self.unpaid = {f"buyer{i}": [] for i in range(BUYERS)}  # order ids

    def answered(self):
        with self.lock:
            self.answers += 1
            self.on_answer(self.answers)

    def on_answer(self, number):
        """For a test that does something after so many."""

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
                self.retries += 1
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
        try:
            self.buy_on(buyer, seed)
        except Exception as error:  # told by the test's own thread
            self.wrong.append(error)

    def buy_on(self, buyer, seed):
        numbers = random.Random(seed)
        client = self.town.client(buyer)
        while not self.ended:
            if len(self.unpaid[buyer]) > UNPAID_MOST:
                self.pay(client, buyer, self.unpaid[buyer][0])
                continue
            order_id = self.order(client, buyer, uuid.UUID(int=numbers.getrandbits(128)).hex,
                                  numbers.randint(1, 3))
            if order_id and numbers.random() < 0.4:
                self.pay(client, buyer, order_id)
        client.close()

    def start(self):
        self.answers, self.ended = 0, False
        self.threads = [threading.Thread(target=self.buy,
                                         args=(f"buyer{i}", self.random.getrandbits(64)))
                        for i in range(BUYERS)]
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()
        if self.wrong:
            raise self.wrong[0]

    def send_again(self):
        waiting, self.unanswered = self.unanswered, []
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
