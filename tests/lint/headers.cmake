# Every header stands on its own, and may be included twice:
# cmake -DROOT=… -DCC=… -DOUT=… -P headers.cmake
file(GLOB_RECURSE headers RELATIVE "${ROOT}"
  "${ROOT}/policy/*.h" "${ROOT}/store/*.h" "${ROOT}/proxy/*.h")
set(bad 0)
foreach(header IN LISTS headers)
  file(WRITE "${OUT}/alone.c"
    "#include \"${header}\"\n#include \"${header}\"\nint alone;\n")
  execute_process(COMMAND "${CC}" -std=c11 -D_GNU_SOURCE -Wall -Wextra
    -Wpedantic -Werror -fsyntax-only "-I${ROOT}" "${OUT}/alone.c"
    RESULT_VARIABLE failed ERROR_VARIABLE text)
  if(failed)
    message("${header}: does not stand alone\n${text}")
    math(EXPR bad "${bad} + 1")
  endif()
endforeach()
if(bad GREATER 0)
  message(FATAL_ERROR "${bad} header(s)")
endif()
