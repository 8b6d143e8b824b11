from data import at, codes, days

SITES = codes("K", 126)
SHARE = {site: 238 for site in SITES} | {"K001": 288}  # 125 x 238 + 288 = 30,038
DAYS = days("2025-06-20", 5)

SCENARIO = {
    "row": 10,
    "name": "昆山 一瓶水·传递爱 2025：10万瓶分三批，首批送126个站点",
    "says": "Batches 30,100 + 35,000 + 34,900 = 100,000. Shares of the first: 125 x 238 + 288 = 30,038, 3万余, about 238 a site (30,038 / 126 = "
            "238.4), 62 of the batch not shared out. Arrival confirmed by 125 sites: 30,038 - 238 = 29,800. Given 126 x 100 = 12,600, left "
            "29,800 - 12,600 = 17,200. The text says 100 + 5 = 105 sites, the roster has 126: 21 more. The "
            "second batch holds 35,000: two laptops that do not know each other give 17,550 each, 100 too many.",
    "laptops": {"rider-1": "volunteer", "rider-2": "volunteer", "rider-3": "volunteer"},
    "lists": {
        "campaign": [{"code": "YPS25", "name": "一瓶水·传递爱", "type": "water", "start": "2025-06-20", "end": "2025-09-30"}],
        "site": [{"code": code, "roles": "hub" if n < 5 else "station", "partner": "宜居联盟" if 5 <= n < 105 else None}
                 for n, code in enumerate(SITES)],
        "item": [{"code": "W550", "class": "water", "unit": "瓶", "pack": 24}],
        "party": [{"code": "CSZH", "type": "donor", "note": "慈善总会"}],
        "grant": [{"code": "PLAN", "type": "plan", "campaign": "YPS25", "item": "W550", "qty": 100000, "measure": "items"}]
        + [{"code": "B%d" % n, "type": "batch", "parent": "PLAN", "campaign": "YPS25", "item": "W550", "qty": qty, "batch": str(n)}
           for n, qty in ((1, 30100), (2, 35000), (3, 34900))]
        + [{"code": "B1-" + site, "type": "share", "parent": "B1", "campaign": "YPS25", "item": "W550", "site": site, "qty": qty, "batch": "1"}
           for site, qty in SHARE.items()],
        "event": [{"type": "note", "time": at("2024-12-31"), "tally": 80000, "precision": "over", "source": "2024年总结", "tags": "2024"}],
        "move": [{"time": at("2025-06-18"), "item": "CASH", "qty": 10000000, "reason": "gift", "party": "CSZH", "from": "CSZH", "to": "FUND"}]
        + [{"time": at("2025-06-19"), "item": "W550", "qty": qty, "reason": "alloc", "batch": "1", "grant": "B1-" + site, "from": "DEPOT",
            "to": site, "site": site} for site, qty in SHARE.items()]},
    "setup": [("hq", None, ["rule", "add", "--code", "BATCH2", "--scope", "batch", "--grant", "B2", "--item", "W550", "--limit", "budget", "--qty",
                            "35000", "--per", "campaign", "--on-break", "hold"])],
    "records": {
        "rider-1": {"move": [{"time": at("2025-06-20", "08:00"), "item": "W550", "qty": SHARE[site], "reason": "arrive", "batch": "1",
                              "grant": "B1-" + site, "to": site, "site": site} for site in SITES[:125]]},
        **{laptop: {"move": [{"time": at(DAYS[n % 5], "11:00"), "item": "W550", "qty": 100, "reason": "give", "batch": "1", "site": site,
                              "campaign": "YPS25", "trade": "rider"} for n, site in enumerate(SITES) if n % 2 == part]
                     + [{"time": at("2025-07-20"), "item": "W550", "qty": 17550, "reason": "give", "batch": "2", "grant": "B2",
                         "campaign": "YPS25"}]}
           for part, laptop in enumerate(("rider-2", "rider-3"))}},
    "reports": [
        {"says": "batches make the plan", "ask": "select p.qty, sum(b.qty) from counted_grant p join counted_grant b on b.parent = p.code"
         " where p.code = 'PLAN'", "is": [[100000, 100000]]},
        {"says": "first batch: planned, shared out, sent, arrived, given, left at the sites",
         "ask": "select (select qty from counted_grant where code = 'B1'), (select sum(qty) from counted_grant where parent = 'B1'),"
                " sum(case reason when 'alloc' then qty else 0 end), sum(case reason when 'arrive' then qty else 0 end),"
                " sum(case reason when 'give' then qty else 0 end),"
                " sum(case reason when 'arrive' then qty when 'give' then -qty else 0 end) from counted_move where batch = '1'",
         "is": [[30100, 30038, 30038, 29800, 12600, 17200]], "then": [[30100, 30038, 30038, 29800, 12638, 17162]]},
        {"says": "about 238 a site", "ask": "select sum(qty) / count(*) from counted_grant where type = 'share'", "is": [[238]]},
        {"says": "batches whose shares are more than they hold", "ask": "select b.code from counted_grant b join counted_grant s on s.parent ="
         " b.code where b.type = 'batch' group by b.code having sum(s.qty) > b.qty", "is": []},
        {"says": "sent, not confirmed", "ask": "select m.site from counted_move m where m.reason = 'alloc' and not exists (select 1 from"
         " counted_move a where a.reason = 'arrive' and a.grant = m.grant)", "is": [["K126"]]},
        {"says": "given by type of site", "ask": "select r.value, sum(h.qty) from handout h join counted_site s on s.code = h.site, json_each(s.roles) r"
         " group by 1 order by 1", "is": [["hub", 500], ["station", 12100]], "then": [["hub", 538], ["station", 12100]]},
        {"says": "the roster decides: sites, of the alliance, hubs, others", "ask": "select count(*), sum(partner is not null), sum(roles like"
         " '%hub%'), sum(partner is null and roles not like '%hub%') from counted_site", "is": [[126, 100, 5, 21]]},
        {"says": "two laptops gave 17,550 each of the second batch: 100 beyond its 35,000 are held", "ask": ["day", "2025-07-20"],
         "is": {"over_quota.#": 1, "over_quota.0.rule": "BATCH2", "over_quota.0.over": 100, "over_quota.0.state": "held"}},
        {"says": "2024: more than 80,000", "ask": "select tally, precision from counted_event where source = '2024年总结'", "is": [[80000, "over"]]},
        {"says": "the campaign's report: B1 (targets.0), B2 overdrawn by 100, the plan: 12,600 + 35,100 of 100,000", "ask": ["report", "campaign", "YPS25"],
         "is": {"targets.#": 130, "targets.0.grant": "B1", "targets.0.planned": 30100, "targets.0.done": 12600, "targets.0.left": 17500,
                "targets.127.grant": "B2", "targets.127.left": -100, "targets.129.grant": "PLAN", "targets.129.done": 47700},
         "then": {"targets.#": 130, "targets.0.grant": "B1", "targets.0.planned": 30100, "targets.0.done": 12638, "targets.0.left": 17462,
                  "targets.127.grant": "B2", "targets.127.left": -100, "targets.129.grant": "PLAN", "targets.129.done": 47738}}],
    "change": {"at": "rider-2", "find": "select id from counted_move where site = 'K001' and reason = 'give'", "do": [["void", "{id}", "--reason", "少记了"],
                      ["add", "move", "time=" + at("2025-06-20", "11:00"), "item=W550", "qty=138", "reason=give", "batch=1", "site=K001",
                       "campaign=YPS25", "trade=rider"]]},
}
