from __future__ import annotations

from collections import Counter

from desk import Desk


async def test_a_check_a_pull_and_a_push_share_one_sign_in_and_one_budget(desk: Desk) -> None:
    assert [result.ok async for _, result in desk.session.check(["erp"])] == [True]
    await desk.pull("AwardsBack")
    await desk.pull("Awards")
    desk.edit(lambda sheet: sheet.cell(5, desk.columns()["cf_County"], "Ramsey"))
    await desk.push("Awards")
    operations = Counter(call.operation for call in desk.practice.received)
    assert operations["eone.token"] == 1
    grants = desk.session.settings.connection("grants")
    budget = desk.session.connections.budget(grants)
    assert budget is not None
    assert budget.used() == sum(number for name, number in operations.items() if name.startswith("smartsimple."))
