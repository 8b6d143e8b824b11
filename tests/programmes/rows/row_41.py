from data import at

SESSIONS = [("浙江宣讲", "2021-11-01", 26, "浙江工人报"), ("青海劳模", "2023-06-01", 8, "工人日报"), ("绥化培训", "2023-09-10", 120, "工人日报"),
            ("广德竞赛", "2021-10-12", 64, "安徽工人日报"), ("伊金霍洛课堂", "2023-07-20", 45, "工人日报"), ("芜湖委员会", "2021-12-05", 31, "安徽工人日报")]

SCENARIO = {
    "row": 41,
    "name": "培训、竞赛、招聘视频、课程、委员会：只计场次与人头",
    "says": "26 + 8 + 120 + 64 + 45 + 31 = 294 heads in 6 sessions, each with source and date. A video has no heads: it is a counter of 1 with its source.",
    "laptops": {"news-1": "volunteer", "news-2": "volunteer"},
    "records": {
        "news-1": {"event": [{"type": "session", "time": at(day), "note": note, "persons": persons, "source": source}
                             for note, day, persons, source in SESSIONS[:3]]},
        "news-2": {"event": [{"type": "session", "time": at(day), "note": note, "persons": persons, "source": source}
                             for note, day, persons, source in SESSIONS[3:]]
                   + [{"type": "note", "time": at("2023-03-01"), "note": "招聘视频", "tally": 1, "source": "工人日报"}]}},
    "reports": [
        {"says": "heads per session", "ask": "select note, persons from counted_event where type = 'session' order by persons",
         "is": [["青海劳模", 8], ["浙江宣讲", 26], ["芜湖委员会", 31], ["伊金霍洛课堂", 45], ["广德竞赛", 64], ["绥化培训", 120]],
         "then": [["青海劳模", 8], ["浙江宣讲", 26], ["芜湖委员会", 31], ["伊金霍洛课堂", 46], ["广德竞赛", 64], ["绥化培训", 120]]},
        {"says": "sessions and heads", "ask": "select count(*), sum(persons) from counted_event where type = 'session'", "is": [[6, 294]], "then": [[6, 295]]},
        {"says": "without source or date", "ask": "select count(*) from counted_event where source is null or time is null", "is": [[0]]},
        {"says": "the video", "ask": "select tally, source, day from counted_event where note = '招聘视频'", "is": [[1, "工人日报", "2023-03-01"]]}],
    "change": {"at": "news-2", "find": "select id from counted_event where note = '伊金霍洛课堂'", "do": [["edit", "{id}", "persons=46"]]},
}
