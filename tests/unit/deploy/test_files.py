"""The files with which the server is deployed are what their readers expect, and agree with the program."""

import json
import re
from pathlib import Path
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from desktop.cli.parsing.root import app
from desktop.engine.requests import Stage
from desktop.server.cluster.connection import stage_of
from desktop.server.cluster.names import QUEUES
from desktop.server.operation.env_file import environment, values_of
from tests.serving import ROOT

DEPLOY = ROOT / "installer" / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
MONITORING = DEPLOY / "monitoring"
FILES = sorted(DEPLOY.rglob("*.yaml"))
FOREIGN = ("keda.sh/", "kustomize.config.k8s.io/")
"""kinds that Kubernetes itself does not have"""


def manifests() -> list[dict[str, Any]]:
    return [one for file in sorted(KUBERNETES.glob("*.yaml")) for one in yaml.safe_load_all(file.read_text())]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """name -> its pod's specification"""
    found = of_kind("Deployment") | of_kind("StatefulSet")
    return {name: one["spec"]["template"]["spec"] for name, one in found.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_yaml_is_tidy(file: Path) -> None:
    problems = linter.run(file.read_text(), YamlLintConfig(file=str(DEPLOY / ".yamllint")), str(file))
    assert [str(one) for one in problems] == []


@pytest.mark.parametrize(
    "manifest", manifests(), ids=lambda one: f"{one['kind']} {one.get('metadata', {}).get('name')}"
)
def test_kubernetes_takes_it(manifest: dict[str, Any]) -> None:
    if not manifest["apiVersion"].startswith(FOREIGN):
        kubernetes_validate.validate(manifest, "1.30", strict=True)
    assert manifest.get("metadata", {}).get("namespace", "parley") == "parley"


def test_compose_takes_it() -> None:
    whole = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    plain = {key: value for key, value in whole.items() if not key.startswith("x-")}  # what aliases were made of
    compose_spec.PyCompose.from_yaml(yaml.safe_dump(plain)).validate()
    for name, service in plain["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["deploy"]["resources"]["limits"], name
        named = {one.partition(":")[0] for one in service["volumes"] if not one.startswith((".", "/"))}
        assert named <= set(plain["volumes"]), name
        for mounted in (one for one in service["volumes"] if one.startswith(".")):
            assert (DEPLOY / mounted.partition(":")[0]).is_file(), mounted


def test_every_pod_is_confined() -> None:
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert not pod["automountServiceAccountToken"], name
        for container in pod["containers"]:
            confined = container["securityContext"]
            assert not confined["allowPrivilegeEscalation"], name
            assert confined["readOnlyRootFilesystem"], name
            assert confined["capabilities"]["drop"] == ["ALL"], name
            assert {"requests", "limits"} <= set(container["resources"]), name
            assert {"readinessProbe", "livenessProbe"} <= set(container), name
    gateway = pods()["gateway"]["containers"][0]
    assert gateway["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }
    assert pods()["gateway"]["securityContext"]["runAsUser"] == 1000


def test_each_pod_has_what_it_mounts_and_is_in_a_policy() -> None:
    policies = [one["spec"]["podSelector"].get("matchLabels", {}) for one in of_kind("NetworkPolicy").values()]
    for name, pod in pods().items():
        volumes = {one["name"] for one in pod["volumes"]} | {"data"}
        mounts = {one["name"] for container in pod["containers"] for one in container["volumeMounts"]}
        assert mounts <= volumes, name
        labels = (of_kind("Deployment") | of_kind("StatefulSet"))[name]["spec"]["template"]["metadata"]["labels"]
        assert any(policy and policy.items() <= labels.items() for policy in policies), name


def commands() -> list[list[str]]:
    """What the containers run."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    from_compose = [one["command"] for name, one in services.items() if name != "redis"]
    return [*from_compose, *(pod["containers"][0]["args"] for name, pod in pods().items() if name != "redis")]


@pytest.mark.parametrize("command", commands(), ids=lambda one: " ".join(one[:2]))
def test_each_command_has_only_options_that_there_are(command: list[str]) -> None:
    import typer

    found = typer.main.get_command(app).commands[command[0]]  # type: ignore[attr-defined]
    known = {option for parameter in found.params for option in parameter.opts}
    given = {one.partition("=")[0] for one in command if one.startswith("--")}
    assert given <= known


def test_the_scaler_looks_at_the_queues_that_workers_read() -> None:
    for name, scaled in of_kind("ScaledObject").items():
        queue = QUEUES[stage_of(name.removeprefix("worker-"))]
        triggers = [one["metadata"] for one in scaled["spec"]["triggers"]]
        assert {one["stream"] for one in triggers} == {queue.finals, queue.partials}
        assert {one["consumerGroup"] for one in triggers} == {queue.group}
        assert all(int(one["lagCount"]) > 0 and "pendingEntriesCount" not in one for one in triggers)
        assert scaled["spec"]["scaleTargetRef"]["name"] in of_kind("Deployment")
    assert len(of_kind("ScaledObject")) == len(of_kind("HorizontalPodAutoscaler")) == len(Stage)


@pytest.mark.parametrize("file", sorted((DEPLOY / "presets").glob("*.env")), ids=lambda file: file.stem)
def test_presets_are_understood_and_say_nothing_without_meaning(file: Path) -> None:
    found = environment(values_of(file.read_text(), file))
    assert {"recognition.model", "recognition.device", "vad.hangover"} <= set(found.settings)
    assert found.notices == ()


def test_the_preset_in_kubernetes_is_that_for_processors() -> None:
    cpu = DEPLOY / "presets" / "cpu.env"
    mounted = of_kind("ConfigMap")["parley"]["data"]["preset.env"]
    assert values_of(mounted, cpu) == values_of(cpu.read_text(), cpu)


def test_redis_keeps_what_it_is_given() -> None:
    for text in ((DEPLOY / "redis.conf").read_text(), of_kind("ConfigMap")["parley-redis"]["data"]["redis.conf"]):
        assert {"maxmemory-policy noeviction", "appendonly yes", "appendfsync everysec"} <= set(text.splitlines())


def test_each_alert_has_a_section_in_the_runbook_and_the_other_way_round() -> None:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    alerts = {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}
    sections = set(re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert sections == set(alerts)
    for name, rule in alerts.items():
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{name.lower()}"
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_dashboard_is_one() -> None:
    board = json.loads((MONITORING / "dashboard.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert all(target["expr"] for target in panel["targets"])
