# karez_options: the language standard, the warnings and the sanitizers of every target of ours. Not exported: a project
# that uses the library chooses its own.
add_library(karez_options INTERFACE)
target_compile_features(karez_options INTERFACE cxx_std_20)
# With -O2 and above g++ 12 sees overlaps and overruns inside its own std::string and std::vector (GCC bugs 105651,
# 105762): those three warnings are off, the sanitizers look instead.
target_compile_options(karez_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-align -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${KAREZ_WERROR}>:-Werror>)

if(KAREZ_SANITIZE)
  # clang 14 does not know the type of a coroutine's resume function, so its check of function types must be off.
  target_compile_options(karez_options INTERFACE
    -fsanitize=${KAREZ_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(karez_options INTERFACE -fsanitize=${KAREZ_SANITIZE})
endif()
