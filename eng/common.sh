# What the scripts at the root share. To be sourced; expects $root. Nothing in here writes to stdout.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
export TESTINGPLATFORM_TELEMETRY_OPTOUT=1

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Sets $dotnet.
find_dotnet() {
    local candidate
    for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet" \
        /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
        if [[ -x $candidate ]]; then
            dotnet=$candidate
            return
        fi
    done
    die "dotnet was not found. Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0" \
        "(Debian, Ubuntu: apt-get install dotnet-sdk-10.0)"
}

# Sets $dotnet, and sees that it can build this repository.
find_sdk() {
    find_dotnet
    use_writable_home
    local version
    # In the repository's directory dotnet obeys global.json and fails where no SDK is new enough.
    if ! version=$(cd "$root" && "$dotnet" --version 2>/dev/null </dev/null); then
        die "the .NET 10 SDK is needed (global.json). Found: $(installed_sdks)." \
            "Install it: https://dotnet.microsoft.com/download/dotnet/10.0 (Debian, Ubuntu: apt-get install dotnet-sdk-10.0)"
    fi
    (( ${version%%.*} >= 10 )) || die "the .NET 10 SDK is needed, and $dotnet is $version"
}

installed_sdks() {
    local list
    list=$("$dotnet" --list-sdks 2>/dev/null | tr '\n' ' ' || true)
    printf '%s' "${list:-no SDK}"
}

# dotnet and NuGet keep caches in the home directory, which a service's user may not have.
use_writable_home() {
    [[ -n ${HOME:-} && -d $HOME && -w $HOME ]] && return
    export HOME=$root/artifacts/home
    mkdir -p "$HOME"
    export DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-$HOME} NUGET_PACKAGES=${NUGET_PACKAGES:-$HOME/packages}
}

# One build at a time writes to artifacts/.
take_build_lock() {
    mkdir -p "$root/artifacts"
    exec 9>"$root/artifacts/build.lock"
    if ! flock --nonblock 9; then
        say "another build is running here; waiting for it"
        flock 9
    fi
}

drop_build_lock() { exec 9>&-; }

# Builds a project that Nonpaged.Cli is part of. The stamp is as old as the start of the build, so that a change made
# during it leads to another one.
stamp=$root/artifacts/built
build_and_stamp() {
    : >"$stamp.new"
    run_quietly build_project "$1" && mv "$stamp.new" "$stamp"
}

# Without build servers, which would outlive the script.
build_project() {
    "$dotnet" msbuild "$1" -restore -property:Configuration=Release -nologo -verbosity:quiet -maxCpuCount:2 \
        -nodeReuse:false -property:UseSharedCompilation=false </dev/null 9>&-
}

# Compiles a program or library ahead of time where its sources are newer. publish PROJECT RESULT
publish() {
    local project=$1 result=$2 newer
    if [[ -f $result ]]; then
        newer=$(find "$root/src" "$root"/Directory.* "$root/global.json" "$root/.editorconfig" -newer "$result" -print -quit)
        [[ -n $newer ]] || return 0
    fi
    local -a missing=()
    command -v cc >/dev/null || missing+=(gcc)
    [[ -e /usr/include/stdio.h ]] || missing+=(libc6-dev)
    (( ${#missing[@]} == 0 )) || install_packages "compiling ahead of time needs a C compiler and its libraries" "${missing[@]}" || return 1
    find_sdk
    take_build_lock
    say "compiling ${project##*/} ahead of time (about a minute)"
    local status=0
    run_quietly "$dotnet" publish "$root/src/$project/$project.csproj" -c Release -r linux-x64 -nologo -v quiet -nodeReuse:false \
        -p:UseSharedCompilation=false </dev/null 9>&- || status=$?
    # The linker leaves the time of a result that has not changed.
    (( status != 0 )) || touch "$result"
    drop_build_lock
    return "$status"
}

host=$root/artifacts/publish/Nonpaged.Ndis.Host/release_linux-x64/nonpaged-host
library=$root/artifacts/publish/Nonpaged.Ndis.Native/release_linux-x64/Nonpaged.Ndis.Native.so
build_host() { publish Nonpaged.Ndis.Host "$host"; }
build_library() { publish Nonpaged.Ndis.Native "$library"; }

# Runs a command and shows what it wrote only where it fails.
run_quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    (( status == 0 )) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

# install_packages REASON PACKAGE...: says why and what, and does it if this user may. Fails where it can't.
install_packages() {
    local reason=$1
    shift
    local -a prefix=() get=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    local command="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        say "$reason. Install it with this system's package manager (Debian's name for it: $*)."
        return 1
    fi
    if (( EUID != 0 )); then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            say "$reason. Installing needs root: sudo $command"
            return 1
        fi
        prefix=(sudo -n)
    fi
    # env: sudo drops the environment.
    prefix+=(env DEBIAN_FRONTEND=noninteractive)
    say "$reason. Installing it: $command"
    if ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null; then
        "${prefix[@]}" "${get[@]}" update </dev/null >&2 || true
    fi
    "${prefix[@]}" "${get[@]}" install -y --no-install-recommends "$@" </dev/null >&2 && return
    say "that failed; once more with fresh package lists"
    "${prefix[@]}" "${get[@]}" update </dev/null >&2 &&
        "${prefix[@]}" "${get[@]}" install -y --no-install-recommends "$@" </dev/null >&2 && return
    say "could not be installed: $command"
    return 1
}
