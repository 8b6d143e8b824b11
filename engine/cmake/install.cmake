# `cmake --install`: both programs, the libraries, their headers and the CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/karez)
configure_package_config_file(engine/cmake/karezConfig.cmake.in ${CMAKE_BINARY_DIR}/generated/karezConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/karezConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

install(TARGETS karez karez_relay_program RUNTIME)
install(TARGETS karez_engine karez_transport karez_relay EXPORT karezTargets ARCHIVE)
# An export of its own: only who uses the spreadsheets needs the library behind them.
install(TARGETS karez_exchange EXPORT karezExchangeTargets ARCHIVE)
install(DIRECTORY engine/include/ server/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT karezTargets NAMESPACE karez:: DESTINATION ${package_dir})
install(EXPORT karezExchangeTargets NAMESPACE karez:: DESTINATION ${package_dir})
install(FILES ${CMAKE_BINARY_DIR}/generated/karezConfig.cmake ${CMAKE_BINARY_DIR}/generated/karezConfigVersion.cmake
  DESTINATION ${package_dir})
