#!/usr/bin/env python3
"""Builds the kustomizations under a folder, and holds the result to what a node check may ask for.

    overlays.py playbooks/kubernetes OUT

Each is written to OUT as one file. Only what these kustomizations use is known; anything else is an error, so that
nothing is left out in silence. Where kubectl is there, its own kustomize has to build the same.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import yaml

KNOWN = {"apiVersion", "kind", "resources", "patches", "configMapGenerator", "generatorOptions"}


def build(folder):
    plan = yaml.safe_load((folder / "kustomization.yaml").read_text())
    if unknown := set(plan) - KNOWN:
        sys.exit(f"{folder}: this check does not know {sorted(unknown)}")
    objects = []
    for name in plan.get("resources", []):
        path = folder / name
        objects += build(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    for generator in plan.get("configMapGenerator", []):
        if not plan.get("generatorOptions", {}).get("disableNameSuffixHash"):
            sys.exit(f"{folder}: names with a hash are not known to this check")
        objects.append({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": generator["name"], "namespace": generator["namespace"]},
            "data": {name: (folder / name).read_text() for name in generator["files"]},
        })
    for patch in plan.get("patches", []):
        change = yaml.safe_load((folder / patch["path"]).read_text())
        targets = [one for one in objects if key(one) == key(change)]
        if len(targets) != 1:
            sys.exit(f"{folder}/{patch['path']} applies to {len(targets)} objects and not to one")
        targets[0].update(merged(targets[0], change))
    return objects


def merged(old, new):
    """A strategic merge of maps; lists of named things are merged by name, others are replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: merged(old.get(name), value) for name, value in new.items()}
    if isinstance(old, list) and isinstance(new, list) and all(isinstance(x, dict) and "name" in x for x in old + new):
        named = {x["name"]: x for x in old}
        return list((named | {x["name"]: merged(named.get(x["name"]), x) for x in new}).values())
    return new


def key(one):
    return one["apiVersion"], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]


def check_pod(what, pod):
    def need(condition, words):
        if not condition:
            sys.exit(f"{what}: {words}")

    need(pod.get("hostNetwork") is True, "hostNetwork has to be true: a pod's own network has no rules")
    need(not pod.get("hostPID") and not pod.get("hostIPC"), "no other namespace of the host is needed")
    need(pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", "seccomp RuntimeDefault")
    need({"operator": "Exists"} in pod["tolerations"], "every node is to be checked")
    if pod["serviceAccountName"] == "nataudit":
        need(pod.get("automountServiceAccountToken") is False, "no cluster credentials beside nataudit")
    for container in pod["containers"]:
        context = container["securityContext"]
        need(context["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]}, "drop ALL, add NET_ADMIN")
        need(context["readOnlyRootFilesystem"] is True, "a read-only root")
        need(context["allowPrivilegeEscalation"] is False and not context.get("privileged"), "no escalation")
        need(context["runAsUser"] == 0, "another user would need a file capability")
        need({"cpu", "memory"} == set(container["resources"]["requests"]) == set(container["resources"]["limits"]),
             "requests and limits of cpu and memory")
        if "node-check" in container.get("args", []):
            host = [one for one in container["env"] if one["name"] == "HOST_IP"]
            need(host and host[0]["valueFrom"]["fieldRef"]["fieldPath"] == "status.hostIP", "HOST_IP")


def seconds(text):
    return float(text.removesuffix("s"))


def check_plugin(what, plugin):
    """What node-problem-detector makes of a custom plugin, and what a check has to be for it."""
    conditions = [rule["condition"] for rule in plugin["rules"] if rule["type"] == "permanent"]
    if len(conditions) != len(set(conditions)):
        sys.exit(f"{what}: two permanent rules on one condition flap")
    if set(conditions) != {one["type"] for one in plugin["conditions"]} or "NetworkingReady" in conditions:
        sys.exit(f"{what}: the conditions are not those of the rules")
    if plugin["pluginConfig"]["max_output_length"] != 80:
        sys.exit(f"{what}: node-check's line has 80 bytes")
    for rule in plugin["rules"]:
        own = float(rule["args"][rule["args"].index("--timeout") + 1])
        if not own < min(seconds(rule["timeout"]), seconds(plugin["pluginConfig"]["timeout"])):
            sys.exit(f"{what}: node-check has to end by itself before the plugin is ended")
    if any(len(one["message"].encode()) > 80 for one in plugin["conditions"]):
        sys.exit(f"{what}: a message of more than 80 bytes")


def main(source, out):
    for plan in sorted(source.rglob("kustomization.yaml")):
        folder = plan.parent
        objects = build(folder)
        if len({key(one) for one in objects}) != len(objects):
            sys.exit(f"{folder}: the same object twice")
        for one in objects:
            what = f"{folder}: {one['kind']} {one['metadata']['name']}"
            if one["kind"] in ("DaemonSet", "Job"):
                check_pod(what, one["spec"]["template"]["spec"])
            for name, text in one.get("data", {}).items():
                if name.endswith(".json"):
                    check_plugin(f"{what}, {name}", json.loads(text))
        (out / f"{folder.name}.yaml").write_text(yaml.safe_dump_all(objects, sort_keys=False, explicit_start=True))
        if shutil.which("kubectl"):
            run = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True)
            theirs = {key(one): one for one in yaml.safe_load_all(run.stdout)}
            if theirs != {key(one): one for one in objects}:
                sys.exit(f"{folder}: kubectl kustomize builds something else")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
