"""Sets the same load on the local factory, MLflow's server and MLServer in turn, and prints a
Markdown table.

    python bench/http/compare.py BINARIES MODELS FOLDER [--rounds 3] [--seconds 10] [--connections 32]

All serve LightGBM's booster of `bench/serving/models.py`: the factory has imported it, the others
load it with LightGBM. Requests have one row, and each peer is asked in its own protocol; the factory
in both. Servers run one at a time. Before a server is measured it has answered as the others do.
Requests per second are the median of the rounds, percentiles of the median round; CPU is that of
all of a server's processes, by the kernel's account, and so is memory.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
COLUMNS = [f"x{column}" for column in range(20)]
ROW = [round(random.Random(2).random(), 4) for _ in COLUMNS]
READY_SECONDS = 180

INPUTS = [{"name": "x", "shape": [1, len(ROW)], "datatype": "FP64", "data": ROW}]
OPEN_INFERENCE = {"inputs": INPUTS}
SCORING = {"dataframe_split": {"columns": COLUMNS, "data": [ROW]}}


def of_open_inference(answer: dict) -> float:
    """The probability of the second class, with which MLServer answers and we on request."""
    return answer["outputs"][-1]["data"][-1]


def of_scoring(answer: dict) -> float:
    (prediction,) = answer["predictions"]
    return [*prediction["probabilities"].values()][-1] if isinstance(prediction, dict) else prediction


class Server:
    """A server's processes, from the start until they are gone."""

    def __init__(self, name: str, command: list, folder: pathlib.Path, **variables: str):
        self.log = folder / f"{name}.log"
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), stdout=log, stderr=log, env=environment, cwd=folder,
                start_new_session=True,
            )

    def wait_for(self, ready) -> object:
        """What `ready` gives once it gives something."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if (given := ready()) is not None:
                    return given
            time.sleep(0.1)
        sys.exit(f"the server does not come up:\n{self.log.read_text()[-3000:]}")

    def processes(self) -> list[int]:
        """The ids of the server's processes."""
        parents = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu_seconds(self) -> float:
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                total += sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return total / os.sysconf("SC_CLK_TCK")

    def mebibytes(self) -> float:
        """Resident memory; what processes share is shared out among them."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])
        return total / 1024

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(url: str, body: dict) -> dict | None:
    """The answer; none from a server that is not ready."""
    headers = {"content-type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        told = error.read().decode()
        if error.code in (404, 503) or "not ready" in told:
            return None
        sys.exit(f"{url} answered {error.code}: {told}")


def factory(options, folder: pathlib.Path, *tuning: str) -> tuple[Server, str]:
    """The factory, as it starts or tuned, with the imported model."""
    program = [options.binaries / "model-factory", "--state", folder / "state"]
    server = Server("up", [*program, "up", "--port", "0", "--http-port", "0", *tuning], folder)
    address = lambda: re.search(r"^Predictions: *(\S+)", server.log.read_text(), re.MULTILINE)
    url = server.wait_for(address)[1]
    data, model = options.models / "rows.csv", options.models / "model.txt"
    subprocess.run([*program, "import", "bench", model, "--data", data], check=True, stdout=subprocess.DEVNULL)
    return server, url


def mlflow(options, folder: pathlib.Path) -> tuple[Server, str]:
    """MLflow's server with as many workers as there are cores; it ends its workers itself."""
    programs, port = options.environments / "mlflow" / "bin", free_port()
    subprocess.run([programs / "python", HERE / "mlflow_model.py", options.models / "model.txt", folder / "model"], check=True)
    command = [programs / "mlflow", "models", "serve", "-m", folder / "model", "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", port, "--workers", os.cpu_count()]
    # Its server is found by name.
    path = f"{programs}:{os.environ['PATH']}"
    return Server("mlflow", command, folder, PATH=path), f"http://127.0.0.1:{port}/invocations"


def mlserver(options, folder: pathlib.Path) -> tuple[Server, str]:
    """MLServer with as many processes for inference as there are cores, beside the one for HTTP."""
    port = free_port()
    shutil.copy(options.models / "model.txt", folder / "model.bst")
    settings = {"http_port": port, "grpc_port": free_port(), "metrics_port": free_port()}
    settings |= {"host": "127.0.0.1", "parallel_workers": os.cpu_count(), "debug": False}
    (folder / "settings.json").write_text(json.dumps(settings))
    model = {"name": "bench", "implementation": "mlserver_lightgbm.LightGBMModel", "parameters": {"uri": "./model.bst"}}
    (folder / "model-settings.json").write_text(json.dumps(model))
    command = [options.environments / "mlserver" / "bin" / "mlserver", "start", "."]
    return Server("mlserver", command, folder), f"http://127.0.0.1:{port}/v2/models/bench/infer"


def load(options, url: str, body: pathlib.Path, seconds: float) -> dict:
    command = [options.binaries / "load", url, body, "--connections", options.connections, "--seconds", seconds]
    return json.loads(subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE).stdout)


def contestants(options) -> dict:
    """By name: how it is started, the route where it is not in the address, the request, and what
    tells the answer."""
    ours = {**OPEN_INFERENCE, "parameters": {"probabilities": True}}
    scored = {**SCORING, "params": {"probabilities": True}}
    # As deployed: an alias is believed for a while; captures may wait for each other.
    tuned = ["--alias-ttl", "5", "--capture-delay", "1"]
    infer, invocations = "/v2/models/bench/infer", "/models/bench/invocations"
    return {
        "factory, Open Inference": (lambda folder: factory(options, folder), infer, ours, of_open_inference),
        "the same, tuned": (lambda folder: factory(options, folder, *tuned), infer, ours, of_open_inference),
        "MLServer": (lambda folder: mlserver(options, folder), "", OPEN_INFERENCE, of_open_inference),
        "factory, MLflow's protocol, tuned": (lambda folder: factory(options, folder, *tuned), invocations, scored, of_scoring),
        "MLflow": (lambda folder: mlflow(options, folder), "", SCORING, of_scoring),
    }


def measure(options, name: str, expected: list[float]) -> dict:
    """One round of one server."""
    start, route, request, read = contestants(options)[name]
    folder = options.folder / re.sub(r"\W+", "-", name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    body = folder / "request.json"
    body.write_text(json.dumps(request))
    server, url = start(folder)
    try:
        probability = read(server.wait_for(lambda: ask(url + route, request)))
        if abs(probability - (expected or [probability])[0]) > 1e-6:
            sys.exit(f"{name} answers {probability}, not {expected[0]}")
        expected.append(probability)
        load(options, url + route, body, options.seconds / 3)
        before = server.cpu_seconds()
        told = load(options, url + route, body, options.seconds)
        cpu = server.cpu_seconds() - before
        return {**told, "cpu": 1e3 * cpu / max(told["requests"], 1), "memory": server.mebibytes()}
    finally:
        server.end()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--environments", type=pathlib.Path, default=HERE.parent.parent / ".venv")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", default="", help="names of contestants start with one of these, separated by `;`")
    options = parser.parse_args()
    for path in ["binaries", "models", "folder", "environments"]:
        setattr(options, path, getattr(options, path).absolute())
    names = [name for name in contestants(options) if name.startswith(tuple(options.only.split(";")))]
    rounds, expected = {name: [] for name in names}, []
    for _ in range(options.rounds):
        for name in names:
            rounds[name].append(measure(options, name, expected))
    print("| server | requests/s | p50 ms | p99 ms | failures | CPU ms a request | MiB |\n|---|---|---|---|---|---|---|")
    for name, told in rounds.items():
        middle = sorted(told, key=lambda it: it["per_second"])[len(told) // 2]
        failures = sum(it["failures"] for it in told)
        print(
            f"| {name} | {middle['per_second']:,.0f} | {middle['p50']:.1f} | {middle['p99']:.1f} | {failures} "
            f"| {statistics.median(it['cpu'] for it in told):.2f} | {max(it['memory'] for it in told):.0f} |"
        )


main()
