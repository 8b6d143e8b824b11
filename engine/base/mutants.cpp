// Only in builds with KAREZ_MUTANTS.
#include "karez/base/mutants.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace karez::mutants {
namespace {

struct Named {
  const char* name;
  Mutant mutant;
};

constexpr Named kAll[] = {
#define KAREZ_MUTANT_ROW(name) {#name, Mutant::name},
    KAREZ_MUTANT_NAMES(KAREZ_MUTANT_ROW)
#undef KAREZ_MUTANT_ROW
};

Mutant choose() {
  const char* wanted = std::getenv("KAREZ_MUTANT");
  if (wanted == nullptr || *wanted == '\0') return Mutant::none;
  for (const Named& one : kAll) {
    if (std::strcmp(one.name, wanted) != 0) continue;
    std::fprintf(stderr, "karez: this program runs as the mutant %s and breaks a rule on purpose\n", wanted);
    return one.mutant;
  }
  std::fprintf(stderr, "karez: there is no mutant %s; tests/mutants/run.py --list names them\n", wanted);
  std::_Exit(2);
}

}  // namespace

const Mutant chosen = choose();

}  // namespace karez::mutants
