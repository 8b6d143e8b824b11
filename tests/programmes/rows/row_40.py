from data import MEET, at, yuan


def step(laptop, case, state, time, *fields):
    return (laptop, "%s %s" % (case, state), ["add", "event", "type=reply", "reply_to={%s}" % case, "state=" + state, "time=" + time, *fields])


CHAIN = ("select r.note, a.state, a.day from counted_event r join counted_event a on a.reply_to = r.id where r.type = 'request' order by 1, a.time")

SCENARIO = {
    "row": 40,
    "name": "广东 12351热线：4月3日接单，转河源，30名职工，追回875,780元",
    "says": "Case A: opened 3 April, taken the same day, passed to Heyuan on 4 April, done on 20 June with 875,780 yuan for 30 workers (the text also says "
            "30余: a second figure with its own mark). Case B: opened 5 April, passed on 6 April, not closed: 2 cases, 1 closed. Case C was closed without an "
            "amount: listed.",
    "laptops": {"hot-1": "volunteer", "hy-1": "lead"},
    "lists": {"campaign": [{"code": "R12351", "type": "case"}], "unit": [{"code": "HY", "name": "河源", "level": "federation"}]},
    "steps": [("hot-1", "A", ["add", "event", "type=request", "campaign=R12351", "note=A", "state=new", "time=" + at("2025-04-03", "09:00"), "persons=30",
                              "source=案卷"]),
              ("hot-1", "B", ["add", "event", "type=request", "campaign=R12351", "note=B", "state=new", "time=" + at("2025-04-05"), "persons=2"]),
              ("hot-1", "C", ["add", "event", "type=request", "campaign=R12351", "note=C", "state=new", "time=" + at("2025-04-06"), "persons=1"]),
              step("hot-1", "A", "taken", at("2025-04-03", "10:00")), step("hot-1", "A", "passed", at("2025-04-04"), "unit=HY"),
              step("hot-1", "B", "passed", at("2025-04-06"), "unit=HY"),
              ("hot-1", None, ["add", "event", "type=note", "campaign=R12351", "persons=30", "precision=over", "source=报道正文", "time=" + at("2025-07-01")]),
              MEET,
              step("hy-1", "A", "done", at("2025-06-20"), "value=%d" % yuan("875780")), step("hy-1", "C", "done", at("2025-06-21"))],
    "reports": [
        {"says": "states and transfers, dated", "ask": CHAIN, "is": [["A", "taken", "2025-04-03"], ["A", "passed", "2025-04-04"], ["A", "done", "2025-06-20"],
                                                                    ["B", "passed", "2025-04-06"], ["C", "done", "2025-06-21"]]},
        {"says": "cases; closed with an amount: cases, persons, fen", "ask": "select (select count(*) from counted_event where type = 'request'), count(*), sum(r.persons),"
         " sum(a.value) from counted_event r join counted_event a on a.reply_to = r.id and a.state = 'done' and a.value is not null",
         "is": [[3, 1, 30, 87578000]], "then": [[3, 2, 31, 87728000]]},
        {"says": "closed without an amount", "ask": "select r.note from counted_event r join counted_event a on a.reply_to = r.id and a.state = 'done' where a.value is"
         " null", "is": [["C"]], "then": []},
        {"says": "who has it now", "ask": "select r.note, a.unit from counted_event r join counted_event a on a.reply_to = r.id and a.state = 'passed' order by 1",
         "is": [["A", "HY"], ["B", "HY"]]},
        {"says": "both figures for the workers, each with its source", "ask": "select persons, precision, source from counted_event where source is not null order by"
         " source", "is": [[30, "over", "报道正文"], [30, None, "案卷"]]}],
    "change": {"at": "hy-1", "find": "select '{C done}'", "do": [["edit", "{id}", "value=150000"]]},
}
