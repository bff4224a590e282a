"""Stands between a program and its server, and ends the connection and the program at a chosen answer."""
import socket
import threading

CHUNK = 1 << 16


class Relay:
    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.left, self.then = None, None
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def at_answer(self, number, then):
        """Once, in place of passing on this many-th piece that the server sends; 0 passes on all."""
        with self.lock:
            self.left, self.then = number or None, then

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            threading.Thread(target=self.pass_on, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(far, near, True), daemon=True).start()

    def stopped(self):
        with self.lock:
            if self.left is None:
                return False
            self.left -= 1
            if self.left > 0:
                return False
            self.left = None
        self.then()
        return True

    def pass_on(self, source, sink, answers):
        try:
            while piece := source.recv(CHUNK):
                if answers and self.stopped():
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
