#include "corpus.h"

namespace karez::fuzz {
namespace {

/// Scripts of steps, as each target's head says them.
void add_scripts(Corpus& corpus, const std::string& target, const std::vector<Bytes>& scripts) {
  std::size_t number = 0;
  for (const Bytes& script : scripts) corpus.add(target, numbered("script", ++number), script);
}

void make_imports(Corpus& corpus) {
  const std::string sites =
      "code,name,roles,lat,lon,is_24h,opened\nS001,一号点,water|rest,33.95,116.79,1,2022-07-01\n"
      "S002,two,,,,,\nS001,again,,,,,\n";
  const std::string items =
      "code,name,class,unit,pack,value\nW550,water,water,bottle,24,150\nT1,毛巾,,,-1,\n";
  const std::string day =
      "visit,time,site,trade,person_times,item,qty,voucher,note\n"
      "1,2022-07-14T08:30:00+08:00,S001,rider,3,W550,2,,first\n1,,,,,T1,1,,\n"
      "2,2022-07-14 09:00,S002,sanitation,1,,,,\n3,never,S001,rider,1,W550,1,,\n";
  std::vector<Bytes> files;
  for (const auto& [which, text] : std::initializer_list<std::pair<std::uint8_t, std::string>>{
           {1, sites},
           {2, items},
           {0, day},
           {0, "visit,time\n1,2\n"},
           {1, "code\n"},
           {3, "code,name\nU1,x\n"},
           {4, "code,name_zh\nP1,甲\n"},
           {5, "code,name,start\nC1,a,2022-07-01\n"},
           {1, "code,code\nA,B\n"},
           {0, day + "4,2022-07-14T10:00:00Z,S009,rider,-1,W550,1000000000001,,\n"}}) {
    files.push_back(with_prefix({which}, view_of(text)));
  }
  add_scripts(corpus, "import", files);
}

void make_sessions(Corpus& corpus) {
  std::vector<Bytes> scripts{{},
                             {5, 1},
                             {1, 3, 0, 2, 1, 3, 0, 2, 4, 1, 3, 5, 1},
                             {12, 12, 5, 9, 4, 5, 7, 13, 1, 0, 12, 5, 3},
                             {1, 8, 1, 0, 40, 1, 3, 0, 2, 5, 1},
                             {5, 1, 14, 1, 3, 0, 2, 9, 1, 5, 2},
                             {1, 3, 0, 15, 0, 0, 9, 2, 5, 1},
                             {1, 3, 0, 10, 0, 2, 2, 1, 1, 1, 3, 3, 3, 5, 1},
                             {12, 5, 1, 1, 1, 11, 1, 3, 3, 5, 1}};
  const Bytes arrive{2, 3, 5, 1};
  const json messages = corpus.vectors("protocol");
  for (const json& one : messages["good"]) {
    if (!one.contains("text")) continue;  // a long one, told in parts
    const std::string text = one["text"];
    const std::uint8_t way = one["from"] == "relay" ? 7 : 6;
    Bytes script{1,
                 3,
                 0,
                 2,
                 1,
                 way,
                 0,
                 static_cast<std::uint8_t>(text.size() >> 8),
                 static_cast<std::uint8_t>(text.size())};
    script.insert(script.end(), text.begin(), text.end());
    script.insert(script.end(), arrive.begin(), arrive.end());
    scripts.push_back(script);
  }
  const json ranges = corpus.vectors("ranges");
  for (const json& one : ranges["frames"]) {
    const Bytes frame = bytes_of(one);
    const std::uint8_t way = one["from"] == "relay" ? 7 : 6;
    Bytes script{
        5, 1, way, 1, static_cast<std::uint8_t>(frame.size() >> 8), static_cast<std::uint8_t>(frame.size())};
    script.insert(script.end(), frame.begin(), frame.end());
    script.insert(script.end(), arrive.begin(), arrive.end());
    scripts.push_back(script);
  }
  add_scripts(corpus, "session", scripts);
}

void make_applied_bundles(Corpus& corpus) {
  add_scripts(corpus, "bundle_apply",
              {{1, 1, 0, 3, 4, 1, 4, 0, 7, 2, 0, 200, 7, 3, 0, 200, 8},
               {1, 1, 0, 3, 7, 2, 3, 1, 8},
               {1, 2, 1, 3, 5, 1, 0, 9, 6, 2, 1, 0, 6, 2, 1, 1, 8},
               {3},
               {1, 1, 0},
               {1, 1, 0, 3, 8},
               {1, 1, 0, 3, 0, 70, 0, 2, 1, 2, 7, 0, 0, 9, 8},
               {1, 1, 0, 2, 0, 1, 0, 3, 8},
               {7, 1, 1, 1},
               {1, 1, 0, 3, 0, 7, 0, 3, 'K', 'Z', 'P', 8},
               {0, 1, 0, 1, 2},
               {1, 3, 2, 3, 7, 1, 0, 9, 7, 1, 0, 9, 8}});
}

/// One step of each kind at many places; what lies there depends on SQLite and on the schema.
void make_damage(Corpus& corpus) {
  std::vector<Bytes> scripts{{},
                             {2, 0, 0, 0, 0},
                             {2, 0, 0, 16, 0},
                             {2, 0, 0, 0, 99},
                             {3, 0, 2, 0, 5},
                             {3, 0, 1, 0, 0},
                             {7, 0, 4, 1, 2, 3, 4},
                             {1, 0, 0, 0, 0, 0, 4, 'S', 'Q', 'L', 'i'}};
  for (std::uint8_t i = 0; i < 24; ++i) {
    const auto part = static_cast<std::uint8_t>(i * 37);
    scripts.push_back(
        {0, 0, i, static_cast<std::uint8_t>(i % 16), part, static_cast<std::uint8_t>(1 << i % 8)});
    scripts.push_back(
        {4, i, part, static_cast<std::uint8_t>(i % 7), static_cast<std::uint8_t>(i % 4), 0, 2, 0, i});
    scripts.push_back({5, i, part});
    scripts.push_back({6, i, 0, part, 2});
  }
  add_scripts(corpus, "database", scripts);
  add_scripts(corpus, "relay_database", scripts);
}

}  // namespace

void make_scripts(Corpus& corpus) {
  make_imports(corpus);
  make_sessions(corpus);
  make_applied_bundles(corpus);
  make_damage(corpus);
}

}  // namespace karez::fuzz
