# Small helpers of the build.

# A translation unit with Beast takes about 1 GB of memory: Ninja compiles one such unit at a time.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS karez_heavy=1)
function(karez_compile_one_at_a_time target)
  set_property(TARGET ${target} PROPERTY JOB_POOL_COMPILE karez_heavy)
endfunction()

# Gives a target without sources something to compile (a floor that is still empty).
function(karez_fill_if_empty target)
  get_target_property(sources ${target} SOURCES)
  if(NOT sources)
    get_target_property(type ${target} TYPE)
    set(file ${CMAKE_BINARY_DIR}/generated/empty_${target}.cpp)
    if(type STREQUAL EXECUTABLE)
      file(CONFIGURE OUTPUT ${file} CONTENT "int main() { return 0; }\n")
    else()
      file(CONFIGURE OUTPUT ${file} CONTENT "extern int ${target}_is_empty;\nint ${target}_is_empty = 1;\n")
    endif()
    target_sources(${target} PRIVATE ${file})
  endif()
endfunction()
