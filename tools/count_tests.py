#!/usr/bin/env python3
"""count_tests.py RESULTS: prints "PASSED FAILED" of one ctest run.

RESULTS holds ctest's own ctest.xml and gtest/, where each GoogleTest program left its report. A
program with a report counts as the tests in it; one without (another kind, or it crashed) as one.
"""

import pathlib
import sys
import xml.etree.ElementTree as xml


def count_report(path):
    suites = xml.parse(path).getroot()
    cases = [case for case in suites.iter("testcase") if case.get("result") == "completed"]
    failed = sum(1 for case in cases if case.find("failure") is not None)
    return len(cases) - failed, failed


def main(results):
    reports = {path.stem: path for path in (results / "gtest").glob("*.xml")}
    passed = failed = 0
    for test in xml.parse(results / "ctest.xml").getroot().iter("testcase"):
        failure = test.get("status") == "fail"
        if test.get("status") not in ("run", "fail"):
            continue
        good, bad = count_report(reports[test.get("name")]) if test.get("name") in reports else (0, 0)
        if failure and bad == 0:
            bad = 1
        elif good + bad == 0:
            good = 1
        passed, failed = passed + good, failed + bad
    print(passed, failed)


main(pathlib.Path(sys.argv[1]))
