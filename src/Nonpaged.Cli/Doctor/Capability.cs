namespace Nonpaged.Cli;

/// <summary>Capabilities that memory and network cards need, with their numbers in linux/capability.h.</summary>
internal enum Capability
{
    /// <summary>Network settings; attaching an XDP program.</summary>
    NetAdmin = 12,

    /// <summary>Raw sockets, AF_XDP's among them.</summary>
    NetRaw = 13,

    /// <summary>No limit on locked and pinned memory.</summary>
    IpcLock = 14,

    /// <summary>Frame numbers, and io_uring where it is restricted.</summary>
    SysAdmin = 21,

    /// <summary>No limit on the slots of pipes.</summary>
    SysResource = 24,

    /// <summary>Loading BPF programs.</summary>
    Bpf = 39,
}
