"""The link between the demo's devices and its server: a pipe that can be cut at a chosen moment.

The server's death between commit and reply is not left to luck: when kill_on_reply is set, the
link lets one large push reach the server, waits for the first byte of the answer (the push is
durable then, the server answers after its fsync), kills the server with -9 and drops the answer.
"""
import socket
import threading

LARGE_PUSH = 8_000  # bytes from the device on one connection; a handshake is smaller


class Link:
    def __init__(self, story):
        self.story = story
        self.up = True
        self.kill_on_reply = False
        self.killed = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            device, _ = self.listener.accept()
            if not self.up:
                device.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.story.port), timeout=5)
                server.settimeout(None)
            except OSError:
                device.close()
                continue
            pair = Pair(self, device, server)
            threading.Thread(target=pair.upward, daemon=True).start()
            threading.Thread(target=pair.downward, daemon=True).start()


class Pair:
    def __init__(self, link, device, server):
        self.link, self.device, self.server = link, device, server
        self.pushed = 0

    def close(self):
        for end in (self.device, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def upward(self):
        self.pump(self.device, self.server, self.count)

    def downward(self):
        self.pump(self.server, self.device, self.watch)

    def count(self, data):
        self.pushed += len(data)
        return True

    def watch(self, data):
        # An answer carries many bytes; acknowledgements of the transport layer are shorter.
        if self.link.kill_on_reply and self.pushed > LARGE_PUSH and len(data) > 200:
            self.link.kill_on_reply = False
            self.link.killed = True
            self.link.story.kill_server()
            return False
        return True

    def pump(self, source, target, allow):
        try:
            while data := source.recv(65536):
                if not allow(data):
                    break
                target.sendall(data)
        except OSError:
            pass
        self.close()
