# karez_options: the language standard, the warnings and the sanitizers of every target of ours. Not exported: a project
# that uses the library chooses its own.
add_library(karez_options INTERFACE)
target_compile_features(karez_options INTERFACE cxx_std_20)
target_compile_options(karez_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-align -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${KAREZ_WERROR}>:-Werror>)

if(KAREZ_SANITIZE)
  # -O0 with g++ 12: its warnings see ghosts in optimised sanitizer builds. clang 14 does not know the type of a
  # coroutine's resume function, so its check of function types must be off.
  target_compile_options(karez_options INTERFACE
    -fsanitize=${KAREZ_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(karez_options INTERFACE -fsanitize=${KAREZ_SANITIZE})
endif()
