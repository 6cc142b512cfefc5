using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory cannot be mapped, or mapped otherwise.</summary>
internal static class AddressSpaceFailures
{
    private const string RaiseMappings = "sysctl -w vm.max_map_count=262144";

    public static AllocationFailure None(nuint length, Errno errno) => new(
        FailureKind.AddressSpace,
        $"No address space for {length} bytes (mmap: {errno}).",
        "the process's address space (ulimit -v), or its number of mappings (/proc/sys/vm/max_map_count)",
        $"ulimit -v unlimited; {RaiseMappings}")
    { Errno = (int)errno };

    /// <summary>The protection of pages stays as it is.</summary>
    public static AllocationFailure NotProtected(nuint length, Errno errno) => new(
        FailureKind.AddressSpace,
        $"The protection of {length} bytes cannot be changed ({errno}).",
        "the process's number of mappings (vm.max_map_count)",
        RaiseMappings)
    { Errno = (int)errno };

    /// <summary>The block was not asked for as one whose protection changes.</summary>
    public static AllocationFailure NotProtectable() => new(
        FailureKind.NotProtectable,
        "The protection of this block cannot be changed.",
        "a block that was not asked for as protectable",
        "ask for a protectable block");

    /// <summary>A machine's memory cannot be mapped.</summary>
    public static AllocationFailure OfMachine(string name, Errno errno) => new(
        FailureKind.AddressSpace,
        $"The memory of {name} cannot be mapped ({errno}).",
        "the process's address space (ulimit -v) or its number of mappings (/proc/sys/vm/max_map_count)",
        RaiseMappings)
    { Errno = (int)errno };

    /// <summary>A child would have the memory, too.</summary>
    public static AllocationFailure NotKeptFromChildren(string name, Errno errno) => new(
        FailureKind.Kernel,
        $"The memory of {name} cannot be kept from children (MADV_DONTFORK: {errno}).",
        $"the kernel's answer, {errno}",
        "nonpaged doctor")
    { Errno = (int)errno };

    /// <summary>What the caller names is no memory.</summary>
    public static AllocationFailure NoMemory(nuint address, nuint length) => new(
        FailureKind.InvalidRequest,
        $"{length} bytes at 0x{address:x} are not memory of a process.",
        "the address space, 47 bits",
        "give the address and the length of mapped memory");
}
