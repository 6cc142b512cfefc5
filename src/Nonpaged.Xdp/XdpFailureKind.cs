namespace Nonpaged.Xdp;

/// <summary>
/// What kind of limit an <see cref="XdpFailure"/> met, for programs that act upon it. New kinds may be added.
/// </summary>
public enum XdpFailureKind
{
    /// <summary>The kernel gave an answer that is none of the others; <see cref="XdpFailure.Errno"/> has it.</summary>
    Kernel,

    /// <summary>A capability is lacking (capabilities(7)), or a seccomp filter forbids bpf(2).</summary>
    Permission,

    /// <summary>The kernel has no AF_XDP, or not the part of it that was asked for.</summary>
    NotSupported,

    /// <summary>There is no such interface in this network namespace.</summary>
    NoInterface,

    /// <summary>The interface is down.</summary>
    InterfaceDown,

    /// <summary>The interface has no such queue.</summary>
    NoQueue,

    /// <summary>Another socket has the queue.</summary>
    QueueBusy,

    /// <summary>The driver can't send and receive without copying.</summary>
    NoZeroCopy,

    /// <summary>The driver can't run XDP programs by itself, or not with this interface's settings.</summary>
    NoNativeMode,

    /// <summary>The interface has an XDP program already.</summary>
    ProgramAttached,

    /// <summary>The interface's longest frame is longer than those of the pool.</summary>
    FrameTooShort,

    /// <summary>RLIMIT_MEMLOCK (getrlimit(2)): what the kernel pins for the process's user.</summary>
    MemoryLock,

    /// <summary>The kernel has no memory left.</summary>
    OutOfMemory,

    /// <summary>RLIMIT_NOFILE: the process has as many descriptors as it may.</summary>
    Descriptors,

    /// <summary>The memory of the frames isn't as the kernel takes it.</summary>
    Memory,

    /// <summary>The other process refused, or is no partner of <see cref="XdpSocket.SendTo"/>.</summary>
    Partner,
}
