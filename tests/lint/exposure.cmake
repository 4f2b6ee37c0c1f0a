# The unit's score by systemd's own measure: cmake -DUNIT=… -P exposure.cmake
execute_process(COMMAND systemd-analyze security --offline=true "${UNIT}"
  OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE failed)
if(NOT out MATCHES "Overall exposure level for [^:]*: ([0-9]+)\\.([0-9]+)")
  message(FATAL_ERROR "no score: ${failed} ${out} ${err}")
endif()
message("exposure ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
math(EXPR tenths "${CMAKE_MATCH_1} * 10 + ${CMAKE_MATCH_2}")
if(tenths GREATER 15)
  message(FATAL_ERROR "more than 1.5")
endif()
