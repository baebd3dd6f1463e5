"""Findings as JUnit XML, which CI services show as the results of tests."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from lms_schema import rules
from lms_schema.errors import printable
from lms_schema.rules.result import CheckResult, Finding


def junit(result: CheckResult) -> str:
    """Return the report of one run: a test for each finding, and one for each rule without any."""
    found = {finding.rule.partition("/")[0] for finding in result.findings}
    suite = ET.Element("testsuite", name="lms-schema check")
    for finding in result.findings:
        _add_finding(suite, finding)
    for rule in rules.every():
        if rule.id not in found:
            test = ET.SubElement(suite, "testcase", classname="lms-schema", name=rule.id)
            if rule.id in result.skipped:
                ET.SubElement(test, "error", message="The findings must be mended first.")
            elif rule.id in result.off:
                ET.SubElement(test, "skipped", message="The project's settings switch it off.")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite)))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    text: bytes = ET.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return text.decode()


def _add_finding(suite: ET.Element, finding: Finding) -> None:
    """Add a test that failed; a warning is the output of one that did not."""
    place = printable(f"{finding.file}:{finding.line}")
    text = printable(finding.message, keep="\n\t")
    test = ET.SubElement(
        suite,
        "testcase",
        classname=finding.rule,
        name=place,
        file=printable(finding.file),
        line=str(finding.line),
    )
    if finding.severity == "error":
        failure = ET.SubElement(test, "failure", type=finding.rule, message=text.split("\n")[0])
        failure.text = f"{place}\n{text}"
    else:
        ET.SubElement(test, "system-out").text = f"warning\n{place}\n{text}"
