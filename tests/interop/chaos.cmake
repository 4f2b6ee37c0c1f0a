# SPDX-License-Identifier: BSD-2-Clause
# Roles killed, hostile customers, stops under load, full disks; each in
# namespaces of its own, so root (or user namespaces) and Python 3 are needed.
add_executable(log_dump interop/log_dump.c)
target_link_libraries(log_dump PRIVATE store policy flags)

foreach(name kill hostile stop disk)
  add_test(NAME interop/chaos_${name} COMMAND python3 -B
    "${CMAKE_CURRENT_SOURCE_DIR}/interop/chaos_${name}.py"
    "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_tests_properties(interop/chaos_${name} PROPERTIES LABELS interop
    TIMEOUT 600 RUN_SERIAL TRUE)
endforeach()
