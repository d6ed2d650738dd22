import sys, time, signal

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
from genonaut.bench.run import Run
from genonaut.bench.stage import Stage
from genonaut.bench.contestants import CONTESTANTS
from genonaut.bench.profiles import Profile
from genonaut.bench import measure_read, measure_write, measure_truth, measure_refresh
import json

tiny = Profile(
    rounds=1,
    rows=(5000,),
    users=100,
    connections=(1, 8, 32),
    processes=(1, 2),
    read_seconds=0.3,
    query_seconds=0.05,
    writers=(1, 8),
    write_seconds=1,
    copy_rows=(10000,),
    staleness_seconds=6,
    mixed_seconds=8,
    kills=2,
    refresh_users=(1000, 10000),
    refresh_rows=10000,
)
t = time.time()
try:
    with Stage() as stage:
        run = Run(
            stage,
            tiny,
            list(CONTESTANTS.values()),
            say=lambda x: print(f"{time.time() - t:.1f} {x}", flush=True),
        )
        for m in sys.argv[1:]:
            dict(
                read=measure_read, write=measure_write, truth=measure_truth, refresh=measure_refresh
            )[m].measure(run)
        print(time.time() - t)
finally:
    json.dump(run.records, open("/tmp/proto/records.json", "w"), indent=0)
