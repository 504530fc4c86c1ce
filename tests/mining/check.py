"""Reads what `hoso export` wrote with tools of others: pm4py (OCEL 2.0, XES) and prov (PROV-JSON).

usage: check.py LOG.ocel LOG.xes LOG.prov

Fails on the first thing that does not hold; prints one line of JSON else.
"""

import json
import re
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pm4py
from prov.model import ProvDocument


def ocel_is_consistent(log):
    """What the standard asks of a log besides its shape: declared types, known objects, unique ids."""
    declared = {
        kind: {t["name"]: {a["name"]: a["type"] for a in t["attributes"]} for t in log[kind]}
        for kind in ("eventTypes", "objectTypes")
    }
    objects = {o["id"] for o in log["objects"]}
    assert len(objects) == len(log["objects"]), "two objects with one id"
    assert len({e["id"] for e in log["events"]}) == len(log["events"]), "two events with one id"
    for kind, ones in (("eventTypes", log["events"]), ("objectTypes", log["objects"])):
        for one in ones:
            types = declared[kind][one["type"]]
            for attribute in one["attributes"]:
                assert attribute["name"] in types, (one["id"], attribute)
                if types[attribute["name"]] == "time":
                    datetime.fromisoformat(attribute["value"])
                if types[attribute["name"]] == "integer":
                    int(attribute["value"])
            related = [(r["objectId"], r["qualifier"]) for r in one["relationships"]]
            assert len(set(related)) == len(related), (one["id"], "a relation twice")
            assert all(target in objects for target, _ in related), one["id"]
    for event in log["events"]:
        assert event["time"].endswith("Z"), event["id"]
        assert event["relationships"], (event["id"], "is about nothing")


def check_ocel(path, scratch):
    written = json.loads(path.read_text(encoding="utf-8"))
    ocel_is_consistent(written)
    named = scratch / "log.json"
    shutil.copy(path, named)
    ocel = pm4py.read_ocel2_json(str(named))
    assert ocel.is_ocel20(), "pm4py does not take it for OCEL 2.0"
    assert len(ocel.events) == len(written["events"])
    assert len(ocel.objects) == len(written["objects"])
    relations = sum(len(e["relationships"]) for e in written["events"])
    assert len(ocel.relations) == relations
    assert len(ocel.o2o) == sum(len(o["relationships"]) for o in written["objects"])
    # Once round through pm4py's own writer: nothing is lost.
    again = scratch / "again.json"
    pm4py.write_ocel2_json(ocel, str(again))
    back = pm4py.read_ocel2_json(str(again))
    assert len(back.events) == len(ocel.events) and len(back.relations) == relations
    paths = pm4py.ocel_flattening(ocel, "dossier")
    net = pm4py.discover_oc_petri_net(ocel)
    assert "dossier" in net["object_types"]
    return {
        "events": len(ocel.events),
        "objects": len(ocel.objects),
        "dossiers": paths["case:concept:name"].nunique(),
    }


XES_VALUES = {
    "string": str,
    "id": str,
    "int": int,
    "float": float,
    "date": datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def xes_is_as_its_schema_says(path):
    """IEEE 1849's own XML Schema, by hand: what may stand where, in which order, with which values."""
    name = re.compile(r"[A-Za-z_][\w.-]*").fullmatch
    allowed = {
        "log": ["extension", "global", "classifier", *XES_VALUES, "trace", "event"],
        "trace": [*XES_VALUES, "event"],
        "event": [*XES_VALUES],
        "global": [*XES_VALUES],
    }
    order = {tag: 3 for tag in XES_VALUES} | {
        "extension": 0, "global": 1, "classifier": 2, "trace": 4, "event": 5,
    }

    def look(element):
        inside = [child.tag for child in element]
        assert set(inside) <= set(allowed.get(element.tag, XES_VALUES)), (element.tag, set(inside))
        ranks = [order[tag] for tag in inside]
        assert ranks == sorted(ranks), (element.tag, "children out of order")
        if element.tag in XES_VALUES:
            assert set(element.attrib) == {"key", "value"}, element.attrib
            assert name(element.attrib["key"].replace(":", "_")), element.attrib
            XES_VALUES[element.tag](element.attrib["value"])
        elif element.tag in ("extension", "classifier"):
            assert name(element.attrib["name"]), element.attrib
        for child in element:
            look(child)

    root = ElementTree.parse(path).getroot()
    assert root.tag == "log" and set(root.attrib) == {"xes.version", "xes.features"}, root.attrib
    float(root.attrib["xes.version"])
    look(root)


def check_xes(path, scratch):
    xes_is_as_its_schema_says(path)
    named = scratch / "log.xes"
    shutil.copy(path, named)
    log = pm4py.read_xes(str(named))
    assert str(log["time:timestamp"].dtype).startswith("datetime64"), log["time:timestamp"].dtype
    for column in ("concept:name", "org:role", "org:group", "lifecycle:transition"):
        assert log[column].notna().all(), column
    starts = pm4py.get_start_activities(log)
    net, initial, final = pm4py.discover_petri_net_inductive(log, noise_threshold=0.0)
    fitness = pm4py.fitness_token_based_replay(log, net, initial, final)
    assert fitness["log_fitness"] > 0.99, fitness
    return {
        "traces": log["case:concept:name"].nunique(),
        "events": len(log),
        "starts": sorted(starts),
    }


def check_prov(path):
    document = ProvDocument.deserialize(source=str(path), format="json")
    kinds = {}
    for record in document.get_records():
        kind = record.get_type().localpart
        kinds[kind] = kinds.get(kind, 0) + 1
    for kind in ("Activity", "Entity", "Agent", "Generation", "Association"):
        assert kinds.get(kind), kind
    return kinds


def main():
    ocel, xes, prov = (Path(argument) for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        report = {
            "pm4py": pm4py.__version__,
            "ocel": check_ocel(ocel, scratch),
            "xes": check_xes(xes, scratch),
            "prov": check_prov(prov),
        }
    assert report["ocel"]["dossiers"] == report["xes"]["traces"], report
    assert report["prov"]["Activity"] == report["ocel"]["events"], report
    print(json.dumps(report))


if __name__ == "__main__":
    main()
