"""The alert rules, run by Prometheus' own tool over made-up figures."""

import shutil
import subprocess

import yaml

from tests.serving import ROOT

MONITORING = ROOT / "installer" / "deploy" / "monitoring"


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool is not installed; it is in the package prometheus"
    done = subprocess.run([program, *arguments], cwd=MONITORING, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_fire_when_they_should_and_not_else() -> None:
    promtool("test", "rules", "alerts-test.yaml")


def test_each_alert_is_seen_to_fire() -> None:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    tests = yaml.safe_load((MONITORING / "alerts-test.yaml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert fired == {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
