# A stock kernel of this distribution and an initramfs, for tests that need a machine of their own. To be sourced after common.sh; expects $root.
# Nothing is installed but tools: the packages are unpacked into artifacts/guest.

guest=$root/artifacts/guest

# What may be needed inside beside what is built into the kernel; modules that these depend on are found among them.
guest_modules=(
    kernel/virt/lib kernel/drivers/vfio kernel/drivers/iommu kernel/drivers/uio
    kernel/drivers/net/ethernet/intel/e1000 kernel/drivers/net/ethernet/realtek kernel/drivers/net/mii.ko
    kernel/drivers/block/brd.ko
)

# Sets NONPAGED_GUEST_KERNEL, NONPAGED_GUEST_INITRAMFS and NONPAGED_HOST. Fails where something is missing, and has said why.
prepare_guest() {
    fetch_kernel || return 1
    build_host || return 1
    export NONPAGED_HOST=$host
    pack_initramfs || return 1
    export NONPAGED_GUEST_KERNEL=$guest/kernel/vmlinuz NONPAGED_GUEST_INITRAMFS=$guest/initramfs
}

# Packages are fetched once. A package list that is older than the mirror names files that are gone.
fetch_kernel() {
    # A checkout of before may have unpacked other modules.
    [[ -e $guest/kernel/vmlinuz && -x $guest/kernel/busybox && -e $guest/kernel/wanted ]] \
        && [[ $(<"$guest/kernel/wanted") == "${guest_modules[*]}" ]] && return
    command -v apt-get >/dev/null || {
        say "the guest's kernel is fetched by apt-get, which is not here"
        return 1
    }
    rm -rf "$guest/kernel" "$guest/packages"
    mkdir -p "$guest/kernel" "$guest/packages"
    if ! download_packages; then
        say "the packages of a kernel could not be fetched; once more with fresh package lists"
        if (( EUID == 0 )); then apt-get -q update </dev/null >&2; else sudo -n apt-get -q update </dev/null >&2; fi || true
        download_packages || {
            say "no stock kernel could be fetched: see apt-get download linux-image-amd64 busybox-static"
            return 1
        }
    fi
    unpack_kernel
}

# Debian's and Ubuntu's names of the newest stock kernel. The package depends on the one with the version in its name.
download_packages() {
    local name package=
    for name in linux-image-amd64 linux-image-virtual linux-image-generic; do
        package=$(apt-cache depends --important "$name" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
        [[ -z $package ]] || break
    done
    [[ -n $package ]] || return 1
    local -a wanted=("$package" busybox-static)
    # Ubuntu has the modules in a package beside it.
    apt-cache show "${package/image/modules}" >/dev/null 2>&1 && wanted+=("${package/image/modules}")
    say "fetching ${wanted[*]}"
    (cd "$guest/packages" && rm -f ./*.deb && apt-get -q download "${wanted[@]}" </dev/null >log 2>&1) || {
        cat "$guest/packages/log" >&2
        return 1
    }
}

unpack_kernel() {
    local package system=$guest/packages/system
    for package in "$guest"/packages/*.deb; do dpkg-deb -x "$package" "$system" || return 1; done
    # Merged or not: /lib and /usr/lib.
    local modules
    modules=$(find "$system" -type d -path '*/lib/modules/*' -name kernel -print -quit)
    modules=${modules%/kernel}
    local destination=$guest/kernel/modules/lib/modules/${modules##*/} path
    for path in "${guest_modules[@]}" modules.order modules.builtin modules.builtin.modinfo; do
        for path in "$modules/$path"*; do
            [[ -e $path ]] || continue
            mkdir -p "$destination/$(dirname "${path#"$modules"/}")"
            cp -r "$path" "$destination/${path#"$modules"/}"
        done
    done
    # busybox loads them as they are only where they are not compressed.
    find "$destination" -name '*.ko.xz' -exec xz -d {} +
    find "$destination" -name '*.ko.zst' -exec zstd -q --rm -d {} +
    local busybox
    busybox=$(find "$system" -name busybox -type f -perm -u+x -print -quit)
    "$busybox" depmod -b "$guest/kernel/modules" "${modules##*/}" || return 1
    cp "$busybox" "$guest/kernel/busybox"
    # Ubuntu's kernel is readable by root only, also in the package.
    install -m 644 "$(find "$system/boot" -name 'vmlinuz-*' -print -quit)" "$guest/kernel/vmlinuz"
    printf '%s\n' "${guest_modules[*]}" >"$guest/kernel/wanted"
    rm -rf "$guest/packages"
}

# Two archives one after the other: what the kernel and the system need, and the program under test (Documentation/driver-api/early-userspace/buffer-format.rst).
pack_initramfs() {
    local files=$guest/files library
    rm -rf "$files" "$guest/initramfs.new"
    mkdir -p "$files"/{bin,proc,sys,dev,tmp,etc,root}
    cp "$guest/kernel/busybox" "$files/bin/busybox"
    cp -r "$guest/kernel/modules/lib" "$files/lib"
    install -m 755 "$root/eng/guest-init" "$files/init"
    pack_files "$files" >"$guest/initramfs.new" || return 1

    rm -rf "$files"
    mkdir -p "$files/bin"
    cp "$host" "$files/bin/nonpaged"
    # "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)" and "/lib64/ld-linux-x86-64.so.2 (0x...)": ldd(1).
    ldd "$host" | sed -n 's/.*\(\(=> \|\t\)\/[^ ]*\) (0x.*/\1/p' | sed 's/^=> //; s/^\t//' | while read -r library; do
        mkdir -p "$files$(dirname "$library")"
        cp -L "$library" "$files$library"
    done
    pack_files "$files" >>"$guest/initramfs.new" || return 1
    rm -rf "$files"
    mv "$guest/initramfs.new" "$guest/initramfs"
}

pack_files() (
    cd "$1" && find . | LC_ALL=C sort | "$guest/kernel/busybox" cpio --quiet -o -H newc -R 0:0
)
