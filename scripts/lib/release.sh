# shellcheck shell=sh
# The release build that packages and the container image share. To be sourced after requirements.sh, from the root
# of the project.

# Prints the version that the source names.
source_version() { sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/NatAudit/Tool.swift; }

# Builds the program with Swift's and C++'s runtime in it, and says in $RELEASE_BINARY where it is.
#
# What is left to find is the C library, libmnl and libnftnl; the last two also in lib/nataudit beside the program's
# own folder, where the tarball has them.
build_release() {
    linking=.build/static
    mkdir -p "$linking"
    archive=$(find /usr/lib/gcc -name libstdc++.a | sort -V | tail -n 1)
    [ -n "$archive" ] || give_up "libstdc++.a was not found: it comes with the package libstdc++-dev."
    # Where the linker sees the archive alone, it cannot take the shared library.
    ln -sfn "$archive" "$linking/libstdc++.a"
    # Types are asked for by their accessors instead of by name: who looks a name up searches all conformances of the
    # program, which made a quarter of what node-check does.
    # shellcheck disable=SC2016 # the dynamic linker expands it
    set -- -c release --product nataudit --static-swift-stdlib -Xlinker -s -Xlinker "-L$linking" \
        -Xswiftc -Xclang-linker -Xswiftc -static-libgcc \
        -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
        -Xlinker -rpath -Xlinker '$ORIGIN/../lib/nataudit'
    swift build "$@" >&2
    RELEASE_BINARY=$(swift build --show-bin-path -c release)/nataudit
    export RELEASE_BINARY
}

# Prints the path of a shared library that the program is linked with.
library_path() {
    LC_ALL=C ldd "$RELEASE_BINARY" | sed -n "s|^[[:space:]]*$1 => \(/[^ ]*\) .*|\1|p"
}
