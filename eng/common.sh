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
    local digest
    local -a inputs
    find_all_inputs
    digest=$(digest_inputs)
    : >"$stamp.new"
    run_with_progress build_project "$1" && mv "$stamp.new" "$stamp" && printf '%s\n' "$digest" >"$stamp.inputs"
}

find_all_inputs() { inputs=("$root/src" "$root"/Directory.* "$root/global.json" "$root/.editorconfig"); }

# Whether the sources are what was built, though their times are newer.
is_same_as_built() {
    local -a inputs
    find_all_inputs
    [[ -f $stamp.inputs && $(<"$stamp.inputs") == "$(digest_inputs)" ]] && touch "$stamp"
}

# Without build servers, which would outlive the script.
build_project() {
    "$dotnet" msbuild "$1" -restore -property:Configuration=Release -nologo -verbosity:minimal -maxCpuCount:2 \
        -nodeReuse:false -property:UseSharedCompilation=false </dev/null 9>&-
}

# What a project is made from: its folder below src/, those of the projects that it references, and the files for all. Sets $inputs.
find_inputs() { # PROJECT
    local -A seen=()
    local -a queue=("$1")
    local project reference
    inputs=("$root"/Directory.* "$root/global.json" "$root/.editorconfig")
    while (( ${#queue[@]} > 0 )); do
        project=${queue[0]}
        queue=("${queue[@]:1}")
        [[ -z ${seen[$project]:-} ]] || continue
        seen[$project]=yes
        inputs+=("$root/src/$project")
        while read -r reference; do queue+=("$reference"); done < <(
            sed -n 's|.*<ProjectReference Include="\.\./\([^/]*\)/.*|\1|p' "$root/src/$project/$project.csproj"
        )
    done
}

# Names and contents of $inputs as one number. Their times say less: a checkout gives files new ones.
digest_inputs() { find "${inputs[@]}" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; }

# Whether a result is what $inputs give. Says why not in $stale.
is_current() { # RESULT
    local newer
    stale="it is not built yet"
    [[ -f $1 ]] || return 1
    newer=$(find "${inputs[@]}" -newer "$1" -print -quit)
    [[ -n $newer ]] || return 0
    stale="${newer#"$root"/} has changed"
    [[ -f $1.inputs && $(<"$1.inputs") == "$(digest_inputs)" ]] || return 1
    touch "$1"
}

# Compiles a program or library ahead of time, where it is not what its sources give. publish PROJECT RESULT
publish() {
    local project=$1 result=$2 stale digest status=0
    local -a inputs missing=()
    find_inputs "$project"
    ! is_current "$result" || return 0
    command -v cc >/dev/null || missing+=(gcc)
    [[ -e /usr/include/stdio.h ]] || missing+=(libc6-dev)
    (( ${#missing[@]} == 0 )) || install_packages "compiling ahead of time needs a C compiler and its libraries" "${missing[@]}" || return 1
    find_sdk
    take_build_lock
    # Another build may have done it while this one waited.
    if is_current "$result"; then
        drop_build_lock
        return 0
    fi
    say "compiling $project ahead of time: $stale (one or two minutes on two idle cores)"
    digest=$(digest_inputs)
    run_with_progress "$dotnet" publish "$root/src/$project/$project.csproj" -c Release -r linux-x64 -nologo -v minimal -nodeReuse:false \
        -p:UseSharedCompilation=false || status=$?
    # The linker leaves the time of a result that has not changed.
    (( status != 0 )) || { touch "$result" && printf '%s\n' "$digest" >"$result.inputs"; }
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

# The same for what takes long: says now and then at which step it is.
run_with_progress() {
    local log status=0 watcher
    log=$(mktemp)
    watch_log "$log" &
    watcher=$!
    "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    (( status == 0 )) || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

# Ends with the script, too. It starts no program that would outlive it: read waits on a pipe that nobody writes to.
watch_log() { # LOG
    local waited=0 line step pipe
    exec 9>&- {pipe}<> <(:)
    while kill -0 $$ 2>/dev/null; do
        read -r -t 5 -u "$pipe" || true
        (( waited += 5 ))
        (( waited % 15 == 0 )) || continue
        step="restoring"
        while read -r line; do
            case $line in
                *' -> '*) step="compiled ${line%% ->*}" ;;
                *'native code'*) step="native code" ;;
            esac
        done <"$1"
        say "$waited s: $step"
    done
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
