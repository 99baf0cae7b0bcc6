# SPDX-License-Identifier: Apache-2.0
#
# Finds SystemC with TLM-2.0 and provides the target SystemC::systemc. Tried in this order:
#   1. an Accellera installation made with CMake (package SystemCLanguage; point
#      SystemCLanguage_DIR, CMAKE_PREFIX_PATH or SYSTEMC_HOME at it);
#   2. a header and a library below SYSTEMC_HOME (Accellera's autotools installation);
#   3. pkg-config, which is all that Debian's libsystemc-dev ships.
#
# Sets SystemC_FOUND, SystemC_VERSION and SystemC_CXX_STANDARD. The last is the language version
# that users have to be compiled for: the library's entry check carries it in a symbol's name.

set(SystemC_CXX_STANDARD 17)
set(_systemc_home "$ENV{SYSTEMC_HOME}")
if(SYSTEMC_HOME)
  set(_systemc_home "${SYSTEMC_HOME}")
endif()

if(NOT TARGET SystemC::systemc)
  find_package(SystemCLanguage CONFIG QUIET HINTS ${_systemc_home})
  if(SystemCLanguage_FOUND)
    set(SystemC_VERSION ${SystemCLanguage_VERSION})
    set(SystemC_LIBRARY SystemC::systemc)
    set_target_properties(SystemC::systemc PROPERTIES IMPORTED_GLOBAL TRUE)
  endif()
endif()

if(NOT TARGET SystemC::systemc)
  set(_systemc_from "")
  if(_systemc_home)
    set(_systemc_from PATHS "${_systemc_home}" NO_DEFAULT_PATH)
  else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
      pkg_check_modules(PC_SYSTEMC QUIET systemc)
    endif()
    set(_systemc_from HINTS ${PC_SYSTEMC_INCLUDEDIR} ${PC_SYSTEMC_LIBDIR})
  endif()
  find_path(SystemC_INCLUDE_DIR systemc ${_systemc_from} PATH_SUFFIXES include)
  find_library(SystemC_LIBRARY systemc ${_systemc_from}
               PATH_SUFFIXES lib lib-linux64 lib-linuxaarch64 lib-macosx64)
  mark_as_advanced(SystemC_INCLUDE_DIR SystemC_LIBRARY)

  set(_systemc_version_header "${SystemC_INCLUDE_DIR}/sysc/kernel/sc_ver.h")
  if(EXISTS "${_systemc_version_header}")
    set(SystemC_VERSION "")
    foreach(_systemc_part MAJOR MINOR PATCH)
      file(STRINGS "${_systemc_version_header}" _systemc_line
           REGEX "^# *define +SC_VERSION_${_systemc_part} +[0-9]+")
      string(REGEX MATCH "[0-9]+$" _systemc_number "${_systemc_line}")
      list(APPEND SystemC_VERSION "${_systemc_number}")
    endforeach()
    list(JOIN SystemC_VERSION "." SystemC_VERSION)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SystemC
  REQUIRED_VARS SystemC_LIBRARY
  VERSION_VAR SystemC_VERSION
  REASON_FAILURE_MESSAGE "Debian: apt-get install libsystemc-dev, or build without it: -DSMMUSIM_BUILD_TLM=OFF")

if(SystemC_FOUND AND NOT TARGET SystemC::systemc)
  find_package(Threads REQUIRED)
  add_library(SystemC::systemc UNKNOWN IMPORTED GLOBAL)
  set_target_properties(SystemC::systemc PROPERTIES
    IMPORTED_LOCATION "${SystemC_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SystemC_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
