# shellcheck shell=sh
# What the project needs of a Debian machine, and how it gets there. To be sourced.

SWIFT_MINIMUM="6.2"
SWIFT_SOURCE="https://www.swift.org/install/linux"

say() { printf '%s\n' "$*" >&2; }

# Ends the script as a check that could not tell.
give_up() {
    say "$@"
    exit 2
}

# Puts Swift on PATH, from where its installers leave it; ends the script where there is none.
find_swift() {
    # Debian keeps ip and nft out of an ordinary user's PATH.
    PATH="$PATH:/usr/sbin:/sbin"
    for directory in "" /opt/swift/usr/bin "$HOME/.swiftly/bin" "$HOME/.local/share/swiftly/bin"; do
        if [ -z "$directory" ]; then
            command -v swift >/dev/null && return
        elif [ -x "$directory/swift" ]; then
            PATH="$directory:$PATH"
            export PATH
            return
        fi
    done
    give_up "Swift $SWIFT_MINIMUM or later is needed and was not found: get it from $SWIFT_SOURCE"
}

# Asks Swift for its version, which works only when the libraries that it is linked with are there.
check_swift() {
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] || give_up "$(command -v swift) does not run: $(swift --version 2>&1 | head -n 1)"
    oldest=$(printf '%s\n%s\n' "$SWIFT_MINIMUM" "$version" | sort -V | head -n 1)
    [ "$oldest" = "$SWIFT_MINIMUM" ] ||
        give_up "Swift $SWIFT_MINIMUM or later is needed, $(command -v swift) is $version: get it from $SWIFT_SOURCE"
}

# Prints the names of the packages that a purpose asks for.
packages_for() {
    case $1 in
    # Swift's own libraries, a linker with the C library's headers, and the two netlink libraries.
    build)
        set -- ca-certificates git pkg-config binutils libc6-dev libstdc++-dev libcurl4 libxml2 \
            libncurses6 libsqlite3-0 tzdata libmnl-dev libnftnl-dev
        ;;
    # What the laboratory is made of.
    lab) set -- util-linux iproute2 nftables iptables conntrack ;;
    # What packages are made with, and the container image.
    package) set -- binutils dpkg-dev file gzip python3 rpm tar xz-utils ;;
    image) set -- buildah ;;
    # What packages and the image are tried in.
    package-test) set -- bubblewrap fish man-db mmdebstrap shellcheck strace systemd umoci zsh ;;
    # What the tests compare with and live beside, and what checks the scripts.
    test) set -- ipset strace procps coturn stun-client stun-server cmark-gfm curl ca-certificates python3 python3-venv \
        python3-aioice python3-jsonschema shellcheck prometheus prometheus-node-exporter time ufw firewalld dbus ;;
    # What the playbooks are checked with, beside scripts/lib/playbooks.txt.
    playbooks) set -- ca-certificates python3 python3-venv prometheus ;;
    # What the benchmarks measure with.
    bench) set -- python3 time ;;
    bench-serve) set -- python3 coturn ;;
    bench-stun) set -- python3 coturn stun-client ;;
    esac
    printf '%s\n' "$@"
}

# Prints those of the named packages that are neither installed nor provided by an installed one.
missing_packages() {
    # Since a library may have been renamed (libcurl4t64 provides libcurl4), what is provided counts.
    there=$(dpkg-query -W -f='${db:Status-Status} ${Package}, ${Provides}\n' |
        sed -n 's/^installed //p' | tr ',' '\n' | sed 's/ *(.*//; s/^ *//')
    for package in "$@"; do
        printf '%s\n' "$there" | grep -qxF "$package" || printf '%s\n' "$package"
    done
}

# Turns the virtual libstdc++-dev, which several packages provide, into the one of the default compiler.
real_packages() {
    for package in "$@"; do
        case $package in
        libstdc++-dev)
            default=$(apt-cache depends g++ 2>/dev/null | sed -n 's/.*Depends: g++-\([0-9][0-9]*\)$/\1/p' | head -n 1)
            printf 'libstdc++-%s-dev\n' "${default:-12}"
            ;;
        *) printf '%s\n' "$package" ;;
        esac
    done
}

# Installs what is missing for the named purposes; without root it names it, and ends the script.
require_packages_for() {
    command -v apt-get >/dev/null || give_up "apt-get was not found: these scripts install what they need from Debian's packages."
    # shellcheck disable=SC2046 # names of packages hold no blanks
    set -- $(for purpose in "$@"; do packages_for "$purpose"; done)
    # shellcheck disable=SC2046
    set -- $(missing_packages "$@")
    [ $# -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        # shellcheck disable=SC2046
        set -- $(real_packages "$@")
        say "These packages are missing: $*"
        give_up "Install them, then run this again: sudo apt-get install --no-install-recommends $*"
    fi
    keep_services_down "$@"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get -o Acquire::Retries=3 update
    # shellcheck disable=SC2046
    set -- $(real_packages "$@")
    say "Installing from Debian's packages: $*"
    quietly apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
}

# Installs from PyPI into a folder of the project's own what a file of requirements names; nothing where that is done.
require_python_tools() {
    folder=$1 file=$2
    if cmp -s "$file" "$folder/installed.txt"; then return; fi
    say "Installing from PyPI, into $folder: $(tr '\n' ' ' <"$file")"
    mkdir -p "$(dirname "$folder")"
    quietly python3 -m venv --clear "$folder"
    quietly "$folder/bin/pip" install --disable-pip-version-check --requirement "$file"
    cp "$file" "$folder/installed.txt"
}

# Some packages are wanted for their programs; a machine that had none must not begin to answer the network for them.
keep_services_down() {
    [ -d /run/systemd/system ] || return 0
    for package in "$@"; do
        case $package in
        coturn | prometheus | prometheus-node-exporter | ufw | firewalld)
            say "The service $package.service is masked, since only its program is used."
            systemctl mask "$package.service" >&2
            ;;
        esac
    done
}

# Runs a command whose output matters only when it fails.
quietly() {
    if ! output=$("$@" 2>&1 </dev/null); then
        say "$output"
        give_up "This failed: $*"
    fi
}
