# Layering as a test: cmake -DROOT=… -P includes.cmake
#
#   policy <- proxy/wire <- proxy      policy <- store <- proxy
#
# and one foreign library, one file of ours.

# ours_X: which of our headers a file of folder X may include.
set(ours_policy       "policy/.*")
set(ours_proxy_wire   "(proxy/wire|policy)/.*")
set(ours_store        "(store|policy)/.*")
set(ours_proxy        "(proxy|store|policy)/.*")
# system_X: which system headers (no row: any).
set(pure "(assert|float|inttypes|limits|math|string|std(arg|bool|def|int|io|lib))\\.h|arpa/inet\\.h")
set(system_policy     "${pure}")
set(system_proxy_wire "${pure}")
# only_H: the files that may include the foreign header H.
set(only_uv.h         "proxy/common/loop\\.c")
set(only_lmdb.h       "store/db\\.c")
set(only_sodium.h     "store/seal\\.c")
set(only_nettle/sha2.h "store/sha256\\.c")
# Twice: in the http role it has a thread that may wait for a page, in the
# witness role it is driven by the loop and answers come from another role.
set(only_microhttpd.h "proxy/(http|witness)/server\\.c")
set(only_curl/curl.h  "proxy/witness/client\\.c")
set(only_yaml.h       "proxy/loader/yaml_doc\\.c")
set(only_jansson.h    "proxy/control/json\\.c|proxy/loader/irr_json\\.c")
set(only_rtrlib/rtrlib.h "proxy/rpki/rtr\\.c")

set(bad 0)
function(refuse path header)
  message("${path}: must not include ${header}")
  math(EXPR n "${bad} + 1")
  set(bad ${n} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE sources RELATIVE "${ROOT}"
  "${ROOT}/policy/*.[ch]" "${ROOT}/store/*.[ch]" "${ROOT}/proxy/*.[ch]")
list(LENGTH sources n)
if(n LESS 50)
  message(FATAL_ERROR "only ${n} sources found under ${ROOT}")
endif()
foreach(path IN LISTS sources)
  string(REGEX REPLACE "^(proxy/wire|[^/]*)/.*" "\\1" folder "${path}")
  string(REPLACE "/" "_" folder "${folder}")
  file(STRINGS "${ROOT}/${path}" lines REGEX "^#include")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include *[<\"]([^>\"]*).*" "\\1" header "${line}")
    if(line MATCHES "\"")
      if(NOT header MATCHES "^(${ours_${folder}})$")
        refuse("${path}" "\"${header}\"")
      endif()
    elseif(DEFINED only_${header})
      if(NOT path MATCHES "^(${only_${header}})$")
        refuse("${path}" "<${header}>")
      endif()
    elseif(DEFINED system_${folder})
      if(NOT header MATCHES "^(${system_${folder}})$")
        refuse("${path}" "<${header}>")
      endif()
    endif()
  endforeach()
endforeach()
if(bad GREATER 0)
  message(FATAL_ERROR "${bad} layering violation(s)")
endif()
