# SPDX-License-Identifier: BSD-2-Clause
# Many sessions at once: short here; how long they run when it counts is said
# in each. In namespaces of their own.
add_executable(load_peer interop/load_peer.c interop/load_session.c
  interop/load_mutate.c lib/random_rule.c bench/bench_loop.c
  bench/bench_peer.c bench/bench_rules.c)
target_link_libraries(load_peer PRIVATE wire policy flags)

foreach(name mutated hold flap)
  add_test(NAME interop/load_${name} COMMAND python3 -B
    "${CMAKE_CURRENT_SOURCE_DIR}/interop/load_${name}.py"
    "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_tests_properties(interop/load_${name} PROPERTIES LABELS interop
    TIMEOUT 300 RUN_SERIAL TRUE)
endforeach()
