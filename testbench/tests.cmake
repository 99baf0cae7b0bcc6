# SPDX-License-Identifier: Apache-2.0
#
# The test suite as ctest sees it. Names: unit.SUITE.TEST, internal.SUITE.TEST, threads.tsan,
# proof.MODEL, tlm.FILE, trace.VIA.FILE, cli.VERB, check.FILE. docs/testing.md says what belongs where.

find_package(GTest REQUIRED)
include(GoogleTest)

set(seconds_allowed 120)

function(gtest_program program prefix)
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  smmusim_link(${program} PRIVATE ${rooms} smmusim_model GTest::gmock GTest::gtest_main
               PkgConfig::JANSSON)
  smmusim_warnings(${program})
  target_precompile_headers(${program} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  if(SMMUSIM_SANITIZE)
    # A sanitized program takes long to start: a few processes with many tests each.
    set(shards 6)
    math(EXPR last "${shards} - 1")
    foreach(shard RANGE ${last})
      set(name ${prefix}.part${shard})
      add_test(NAME ${name} COMMAND ${program} --gtest_brief=1
               WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
      set_tests_properties(${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
        "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${shard}")
    endforeach()
  else()
    gtest_discover_tests(${program} TEST_PREFIX ${prefix}. DISCOVERY_TIMEOUT 60
                         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                         PROPERTIES TIMEOUT ${seconds_allowed})
  endif()
endfunction()

# Black-box tests see the public API alone; *_internal.cpp may look into the model.
file(GLOB unit_sources CONFIGURE_DEPENDS unit/*.cpp unit/*.c)
set(internal_sources ${unit_sources})
list(FILTER unit_sources EXCLUDE REGEX "_internal\\.cpp$")
list(FILTER internal_sources INCLUDE REGEX "_internal\\.cpp$")
if(unit_sources)
  add_executable(unit ${unit_sources})
  if(TARGET smmusim)
    target_compile_definitions(unit PRIVATE SMMUSIM_TOOL="$<TARGET_FILE:smmusim>")
    add_dependencies(unit smmusim)
  endif()
  gtest_program(unit unit)
endif()
if(internal_sources)
  add_executable(unit_internal ${internal_sources})
  # -iquote: model/src/sched.h must not stand in for the system's <sched.h>.
  target_compile_options(unit_internal PRIVATE "SHELL:-iquote ${PROJECT_SOURCE_DIR}/model/src"
                                               "SHELL:-iquote ${PROJECT_SOURCE_DIR}/model/spec")
  gtest_program(unit_internal internal)
endif()

# Mistakes in the reference or the model, made on purpose: tests 380 and 381 must find each.
if(TARGET unit AND NOT SMMUSIM_SANITIZE AND NOT SMMUSIM_COVERAGE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(objects "$<FILTER:$<TARGET_OBJECTS:unit>,INCLUDE,unit/(380_|381_|random_m|past_|changing_)>")
  set(archives $<TARGET_FILE:reference> $<TARGET_FILE:spec_ref> $<TARGET_FILE:smmusim_model>)
  set(without_lto $<$<STREQUAL:${CMAKE_CXX_COMPILER_ID},GNU>:-fno-lto>)
  set(libraries $<TARGET_FILE:GTest::gtest_main> $<TARGET_FILE:GTest::gtest>)
  add_test(NAME reference.mutants COMMAND ${CMAKE_COMMAND} -E env
             "CXX=${CMAKE_CXX_COMPILER}" "CC=${CMAKE_C_COMPILER}" "SMMUSIM_OBJECTS=${objects}"
             "SMMUSIM_LINK_OPTIONS=${without_lto}"
             "SMMUSIM_ARCHIVES=${archives}" "SMMUSIM_LIBRARIES=${libraries}"
             ${Python3_EXECUTABLE} reference/mutants.py ${PROJECT_SOURCE_DIR}
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(reference.mutants PROPERTIES TIMEOUT 600)
endif()

# The driver's threads under the thread sanitizer, in every configuration that can be linked with
# it: what they share is instrumented, the model has a thread to itself.
if(unit_sources AND NOT SMMUSIM_SANITIZE AND NOT SMMUSIM_COVERAGE)
  file(GLOB thread_sources CONFIGURE_DEPENDS driver/*.c tables/*.c uapi/*.c
       unit/568_*.cpp unit/583_*.cpp)
  add_executable(threads_tsan ${thread_sources})
  target_include_directories(threads_tsan PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(threads_tsan PRIVATE -fsanitize=thread -O1 -g)
  target_link_options(threads_tsan PRIVATE -fsanitize=thread $<$<C_COMPILER_ID:GNU>:-fno-lto>)
  smmusim_link(threads_tsan PRIVATE spec_ref mem smmusim_model GTest::gtest GTest::gtest_main
               Threads::Threads)
  smmusim_warnings(threads_tsan)
  add_test(NAME threads.tsan COMMAND threads_tsan --gtest_brief=1)
  # The sanitizer's run time refuses some kernels' address space layouts.
  set_tests_properties(threads.tsan PROPERTIES TIMEOUT ${seconds_allowed}
                       ENVIRONMENT "TSAN_OPTIONS=halt_on_error=1"
                       SKIP_REGULAR_EXPRESSION "ThreadSanitizer: unexpected memory mapping")
endif()

# The insertion of commands by many producers, every interleaving of it. Sanitizers have no part in it.
find_program(SMMUSIM_SPIN spin)
if(SMMUSIM_SPIN AND NOT SMMUSIM_SANITIZE AND NOT SMMUSIM_COVERAGE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME proof.cmdq_insertion COMMAND ${CMAKE_COMMAND} -E env "CC=${CMAKE_C_COMPILER}"
             ${Python3_EXECUTABLE} proof/check_insertion.py proof/cmdq_insertion.pml
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(proof.cmdq_insertion PROPERTIES TIMEOUT ${seconds_allowed})
elseif(NOT SMMUSIM_SPIN)
  message(STATUS "No spin: the insertion algorithm is not checked by a model checker")
endif()

# SystemC elaborates once in a process, and its library brings main(): one program, with an
# sc_main(), is one test.
file(GLOB tlm_sources CONFIGURE_DEPENDS tlm/*.cpp)
if(TARGET smmusim_tlm)
  foreach(source IN LISTS tlm_sources)
    cmake_path(GET source STEM name)
    add_executable(tlm_${name} ${source})
    target_include_directories(tlm_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    smmusim_link(tlm_${name} PRIVATE smmusim_tlm ${rooms} smmusim_model)
    smmusim_warnings(tlm_${name})
    add_test(NAME tlm.${name} COMMAND tlm_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(tlm.${name} PROPERTIES TIMEOUT ${seconds_allowed})
  endforeach()
endif()

function(trace_tests via)
  foreach(trace IN LISTS ARGN)
    cmake_path(GET trace FILENAME name)
    string(REGEX REPLACE "[.]trace([.]xz)?$" "" name ${name}) # 6.2-access.trace has more dots
    add_test(NAME trace.${via}.${name} COMMAND smmusim replay --via ${via} ${trace}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(trace.${via}.${name} PROPERTIES TIMEOUT ${seconds_allowed})
  endforeach()
endfunction()

set(traces ${PROJECT_SOURCE_DIR}/traces)
file(GLOB conformance_traces CONFIGURE_DEPENDS ${traces}/conformance/*.trace)
file(GLOB linux_traces CONFIGURE_DEPENDS ${traces}/linux/*.trace.xz)
file(GLOB bench_traces CONFIGURE_DEPENDS ${traces}/bench/*.trace)
if(TARGET smmusim)
  trace_tests(core ${conformance_traces} ${linux_traces} ${bench_traces})
  if(TARGET smmusim_tlm)
    trace_tests(tlm-lt ${conformance_traces} ${linux_traces} ${bench_traces})
  endif()
endif()

# A fleet of devices at random: through the sockets it meets what it meets without them.
if(TARGET smmusim)
  add_executable(fleet_trace fleet_trace/main.cpp)
  smmusim_link(fleet_trace PRIVATE fleet)
  smmusim_warnings(fleet_trace)
  set(fleet ${PROJECT_BINARY_DIR}/fleet.trace)
  add_test(NAME fleet.trace COMMAND fleet_trace 1 20000 ${fleet})
  set_tests_properties(fleet.trace PROPERTIES FIXTURES_SETUP fleet)
  set(vias core)
  if(TARGET smmusim_tlm)
    list(APPEND vias tlm-lt)
  endif()
  foreach(via IN LISTS vias)
    add_test(NAME fleet.${via} COMMAND smmusim replay --via ${via} ${fleet})
    set_tests_properties(fleet.${via} PROPERTIES FIXTURES_REQUIRED fleet TIMEOUT ${seconds_allowed})
  endforeach()
endif()

# The tool's own verbs, end to end.
if(TARGET smmusim)
  add_test(NAME cli.demo COMMAND smmusim demo --out ${PROJECT_BINARY_DIR}/demo-test
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli.demo PROPERTIES TIMEOUT ${seconds_allowed})
endif()

# Checks of the sources themselves: script SOURCE_DIR. Sanitizers and coverage put data of
# their own into the archive, so it is offered for inspection without them only.
file(GLOB check_scripts CONFIGURE_DEPENDS check/*.py)
if(check_scripts)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
set(check_environment "")
get_target_property(model_type smmusim_model TYPE)
if(model_type STREQUAL "STATIC_LIBRARY" AND NOT SMMUSIM_SANITIZE AND NOT SMMUSIM_COVERAGE)
  set(check_environment "SMMUSIM_MODEL_ARCHIVE=$<TARGET_FILE:smmusim_model>;SMMUSIM_NM=${CMAKE_NM}")
endif()
foreach(script IN LISTS check_scripts)
  cmake_path(GET script STEM name)
  add_test(NAME check.${name} COMMAND Python3::Interpreter ${script} ${PROJECT_SOURCE_DIR})
  set_tests_properties(check.${name} PROPERTIES TIMEOUT ${seconds_allowed}
                       ENVIRONMENT "${check_environment}")
endforeach()
