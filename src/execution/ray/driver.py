"""Carries messages between Pawl's coordinator and its workers on the nodes of a Ray cluster, and nothing else.

The coordinator starts this script and speaks with it in JSON lines: commands come on standard input, news goes to the
standard output it was given. A place is an actor: Ray chooses its node, and it runs one Node worker after another there,
over the channel that Node has for child processes. Samples never pass through Ray. Needs Python 3.9 and `ray`.

Commands: the first line holds the settings; then {"c": "open", "a"}, {"c": "start", "a", "w", "log"},
{"c": "send", "a", "w", "line"}, {"c": "kill", "a", "w"}, {"c": "close", "a"}.
News: ready, nodes, up, heard, down, cpus, fatal.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time


def first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired):
        return None


def file_system_of(path):
    """The type of the file system that holds the longest mount point above a path."""
    best = ("", "unknown")
    try:
        with open("/proc/mounts", encoding="utf8") as mounts:
            for line in mounts:
                _, point, kind = line.split(" ")[:3]
                if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= len(best[0]):
                    best = (point, kind)
    except OSError:
        pass
    return best[1]


def program_of(settings):
    """Node on this node: as PAWL_NODE says, where the coordinator has it, or on the PATH."""
    given = os.environ.get("PAWL_NODE")
    if given:
        return given
    return settings["node"] if os.access(settings["node"], os.X_OK) else "node"


def home_of(settings):
    return os.environ.get("PAWL_HOME", settings["home"])


def look_around(settings):
    """What this node has of all that a worker needs."""
    import platform
    import resource

    home = home_of(settings)
    probe = settings.get("probe")
    facts = {
        "host": socket.gethostname(),
        "python": platform.python_version(),
        "node": first_line([program_of(settings), "--version"]),
        "pawl": None,
        "home": home,
        "probe": None,
        "time": time.time(),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "file_system": file_system_of(os.path.dirname(probe)) if probe else "unknown",
    }
    try:
        with open(os.path.join(home, "package.json"), encoding="utf8") as file:
            facts["pawl"] = json.load(file).get("version")
    except (OSError, ValueError):
        pass
    try:
        if probe:
            with open(probe, encoding="utf8") as file:
                facts["probe"] = file.read()
    except OSError:
        pass
    return facts


def stat_of(pid):
    """Start in clock ticks and resident bytes of a process; as Pawl names processes."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return fields[19], int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return "unknown", 0


class Process:
    """One Node worker of a place."""

    def __init__(self, name, settings, log):
        self.name = name
        ours, theirs = socket.socketpair()
        alive, self.lifeline = os.pipe()
        try:
            output = open(log, "ab")
        except OSError:
            output = subprocess.DEVNULL
        main = os.path.join(home_of(settings), settings["worker"])
        command = [program_of(settings), *settings["args"], main, str(os.getpid()), settings["mark"]]
        env = {
            **os.environ,
            "NODE_CHANNEL_FD": str(theirs.fileno()),
            "NODE_CHANNEL_SERIALIZATION_MODE": "json",
            # It ends with this process.
            "PAWL_LIFELINE_FD": str(alive),
        }
        try:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env,
                pass_fds=(theirs.fileno(), alive), start_new_session=True,
            )
        except OSError:
            os.close(self.lifeline)
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(alive)
            if output is not subprocess.DEVNULL:
                output.close()
        ours.setblocking(False)
        self.socket = ours
        self.started, _ = stat_of(self.child.pid)

    async def listen(self, tell):
        """Tells of each line that the worker says, and at last how it ended."""
        self.reader, self.writer = await asyncio.open_connection(sock=self.socket, limit=1 << 30)
        # Only from here on can it be spoken to.
        tell(["started", self.name, self.child.pid, self.started])
        try:
            while line := await self.reader.readline():
                if line.endswith(b"\n"):
                    tell(["said", self.name, line.decode("utf8")])
        except ConnectionError:
            pass
        # It is gone as far as anybody is concerned: a worker without its channel ends.
        try:
            code = await asyncio.wait_for(asyncio.to_thread(self.child.wait), 5)
        except asyncio.TimeoutError:
            self.child.kill()
            code = await asyncio.to_thread(self.child.wait)
        os.close(self.lifeline)
        self.writer.close()
        tell(["gone", self.name, code])


class Place:
    """An actor: a place on a node for one worker after another. It ends its worker where the driver falls silent."""

    def __init__(self, settings):
        self.settings = settings
        self.processes = {}
        self.listening = set()
        self.news = []
        self.has_news = asyncio.Event()
        self.early = {}
        self.next = 0
        self.asked = time.monotonic()
        threading.Thread(target=self.watch_driver, daemon=True).start()

    def watch_driver(self):
        """A thread, as what it watches for includes a loop that stands still."""
        last = time.monotonic()
        silence = 0.0
        while silence < self.settings["silence_s"]:
            time.sleep(0.5)
            now = time.monotonic()
            # A suspended machine is not silent: a tick that comes late counts as two.
            silence = 0.0 if self.asked > last else silence + min(now - last, 1.0)
            last = now
        os._exit(1)

    def tell(self, news):
        self.news.append(news)
        if news[0] == "said" and news[2].startswith('{"type":"progress"'):
            # How far a unit is can wait for more, or for its end: most messages are of this kind.
            asyncio.get_running_loop().call_later(0.05, self.wake)
        else:
            self.has_news.set()

    def wake(self):
        if self.news:
            self.has_news.set()

    async def look(self):
        self.asked = time.monotonic()
        # Where runtime_env or the image brings a Pawl of its own, it is that one's facts that count.
        return {**look_around(self.settings), "pid": os.getpid()}

    async def do(self, number, command):
        """Commands may come out of order, and are done in order."""
        self.early[number] = command
        while self.next in self.early:
            command = self.early.pop(self.next)
            # Whatever becomes of it, those behind it are next.
            self.next += 1
            self.obey(command)

    def obey(self, command):
        kind, name = command["c"], command["w"]
        process = self.processes.get(name)
        if kind == "start":
            try:
                process = Process(name, self.settings, command["log"])
            except OSError as error:
                self.tell(["unstarted", name, str(error)])
                return
            self.processes[name] = process
            task = asyncio.get_running_loop().create_task(self.attend(process))
            self.listening.add(task)
            task.add_done_callback(self.listening.discard)
        elif process is None:
            return
        elif kind == "send":
            process.waiting = getattr(process, "waiting", [])
            process.waiting.append(command["line"].encode("utf8"))
            self.flush(process)
        elif kind == "kill":
            process.child.kill()

    def flush(self, process):
        if hasattr(process, "writer") and not process.writer.is_closing():
            for line in getattr(process, "waiting", []):
                process.writer.write(line)
            process.waiting = []

    async def attend(self, process):
        def tell(news):
            self.flush(process)
            self.tell(news)

        await process.listen(tell)
        self.processes.pop(process.name, None)

    async def hear(self):
        """News since the last time, at once or as soon as there is any; none after a while, as a sign of life."""
        self.asked = time.monotonic()
        try:
            await asyncio.wait_for(self.has_news.wait(), self.settings["idle_s"])
        except asyncio.TimeoutError:
            pass
        self.has_news.clear()
        news, self.news = self.news, []
        return news, sum(stat_of(process.child.pid)[1] for process in self.processes.values())


class Driver:
    """Lives in the script's own process, beside the coordinator."""

    def __init__(self, settings, out):
        self.settings = settings
        self.out = out
        self.places = {}
        self.numbers = {}
        self.tasks = set()

    def tell(self, **news):
        self.out.write(json.dumps(news, separators=(",", ":")) + "\n")
        self.out.flush()

    def obey(self, command):
        if os.getppid() != self.settings["coordinator"]:
            os._exit(0)
        name = command["a"]
        if command["c"] == "open":
            self.keep(self.attend(name))
        elif command["c"] == "close":
            self.drop(name)
        elif name in self.places:
            number = self.numbers[name]
            self.numbers[name] = number + 1
            self.places[name].do.remote(number, command)

    def keep(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def drop(self, name):
        place = self.places.pop(name, None)
        if place is not None:
            try:
                ray.kill(place, no_restart=True)
            except ray.exceptions.RayError:
                pass  # It is gone already, or where it was.

    async def attend(self, name):
        """Opens a place, says when it is up, passes on what it hears there, and says when it is down."""
        settings = self.settings
        reason = "it was closed"
        try:
            place = ray.remote(Place).options(**settings["actor"]).remote(settings)
            self.places[name] = place
            self.numbers[name] = 0
            # Waits for as long as the cluster has no room, as a demand that an autoscaler sees.
            self.tell(n="up", a=name, **await asyncio.wrap_future(place.look.remote().future()))
            while name in self.places:
                heard = asyncio.wrap_future(place.hear.remote().future())
                news, memory = await asyncio.wait_for(heard, settings["silence_s"])
                self.tell(n="heard", a=name, news=news, memory=memory)
        except asyncio.TimeoutError:
            reason = f"it gave no sign of life for {settings['silence_s']} s"
        except Exception as error:
            reason = str(error).strip().split("\n")[0] or type(error).__name__
        self.drop(name)
        self.tell(n="down", a=name, reason=reason)

    async def watch_head(self):
        """Ray itself waits a minute for a head that is gone."""
        host, port = self.settings["head"]
        failures = 0
        while failures < 3:
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 3)
                writer.close()
                failures = 0
            except (OSError, asyncio.TimeoutError):
                failures += 1
            await asyncio.sleep(1)
        self.tell(n="fatal", code="head_lost", message=f"the head of the cluster ({host}:{port}) no longer answers")
        os._exit(1)

    async def watch_room(self):
        last = None
        while True:
            room = await asyncio.to_thread(ray.cluster_resources)
            if room.get("CPU", 0) != last:
                last = room.get("CPU", 0)
                self.tell(n="cpus", cpus=last)
            await asyncio.sleep(1)

    async def look(self):
        nodes = await asyncio.to_thread(probe_nodes, self.settings)
        self.tell(n="nodes", nodes=nodes, time=time.time())

    async def run(self):
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def read():
            for line in sys.stdin.buffer:
                loop.call_soon_threadsafe(self.obey, json.loads(line))
            # Dead, or done: either way nobody waits for anything, and Ray ends the actors of a driver that is gone.
            if os.getppid() != self.settings["coordinator"]:
                os._exit(0)
            loop.call_soon_threadsafe(ended.set_result, None)

        threading.Thread(target=read, daemon=True).start()
        self.keep(self.watch_head())
        self.keep(self.watch_room())
        self.keep(self.look())
        await ended
        for name in list(self.places):
            self.drop(name)


def probe_nodes(settings):
    """The same look on every node that lives."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    look = ray.remote(num_cpus=0, max_retries=0)(look_around)
    # Nodes without CPUs, as heads often are, run no workers.
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) > 0]
    env = settings["actor"].get("runtime_env")
    asked = [
        look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False), runtime_env=env).remote(settings)
        for node in nodes
    ]
    facts = []
    for node, answer in zip(nodes, asked):
        found = {"address": node["NodeManagerAddress"], "cpus": node["Resources"].get("CPU", 0)}
        try:
            facts.append({**found, **ray.get(answer, timeout=settings["start_s"])})
        except ray.exceptions.RayError as error:
            facts.append({**found, "host": node["NodeManagerHostname"], "error": str(error).strip().split("\n")[0]})
    return facts


def join(settings, driver):
    """Joins the cluster; a sentence where that cannot be."""
    address = settings["address"]
    if address != "auto":
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), 5).close()
        except OSError as error:
            return f"nothing answers at {address} ({error})"
    try:
        ray.init(
            address=address, log_to_driver=False, configure_logging=False, include_dashboard=False,
            namespace=f"pawl-{settings['mark']}",
        )
    except Exception as error:
        return str(error).strip().split("\n")[0]
    gcs = ray.get_runtime_context().gcs_address
    host, _, port = gcs.rpartition(":")
    settings["head"] = [host, int(port)]
    cpus = ray.cluster_resources().get("CPU", 0)
    driver.tell(n="ready", address=gcs, ray=ray.__version__, cpus=cpus)
    return None


def main():
    # Libraries print; the protocol has a descriptor of its own.
    out = os.fdopen(os.dup(1), "w", encoding="utf8")
    os.dup2(2, 1)
    settings = json.loads(sys.stdin.buffer.readline())
    driver = Driver(settings, out)
    if ray is None:
        driver.tell(n="fatal", code="no_ray", message=f"{sys.executable} (Python {sys.version.split()[0]}) has no module ray")
        return
    problem = join(settings, driver)
    if problem is not None:
        driver.tell(n="fatal", code="no_cluster", message=problem)
        os._exit(1)
    asyncio.run(driver.run())
    ray.shutdown()


try:
    import ray
except ImportError:
    ray = None

if __name__ == "__main__":
    main()
