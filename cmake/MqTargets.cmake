# mq_library and mq_test: the only two helpers, so that every target is made the same way.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(mq_options INTERFACE)
target_compile_options(mq_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
# gcc 12 sees these falsely inside libstdc++'s variant, string and vector once it inlines.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(mq_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(MQ_WERROR)
  target_compile_options(mq_options INTERFACE -Werror)
endif()

# mq_library(vault HEADERS mq/vault/vault.h … SOURCES src/vault.cc … LINKS mq::seal PRIVATE_LINKS …)
# makes mq_vault and mq::vault; a layer's include/ is visible only to those who link it.
function(mq_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(mq_${name} STATIC ${ARG_SOURCES})
  add_library(mq::${name} ALIAS mq_${name})
  list(TRANSFORM ARG_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/include/ OUTPUT_VARIABLE headers)
  target_sources(mq_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_include_directories(mq_${name} PRIVATE src)
  target_link_libraries(mq_${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS} mq_options)
  set_target_properties(mq_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON
    EXPORT_NAME ${name})
endfunction()

# Tests run in the source folder and name its files from there: an object without an absolute path
# serves every clone from one compiler cache.
# mq_test(wire SOURCES envelope_test.cc … LINKS mq::wire): a binary per folder, each test in ctest.
function(mq_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LINKS} mq_options GTest::gtest GTest::gmock
    GTest::gtest_main)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES TIMEOUT 600)
endfunction()
