# The packages that the programs need. SQLite, zstd and libsodium are linked by consumers too, so their targets are found
# again in karezConfig.cmake; the others are headers that only our .cpp files see.
find_package(Threads REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET GLOBAL xlsxwriter)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET GLOBAL libzip)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET GLOBAL expat)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost 1.81 REQUIRED)
