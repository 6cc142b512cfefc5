namespace Nonpaged.Ndis;

/// <summary>What a report is about.</summary>
public enum NdisReportKind
{
    /// <summary>A free gave another length than the allocation.</summary>
    FreeWithWrongLength,

    /// <summary>A free gave other flags, another caching or another physical address than the allocation.</summary>
    FreeWithWrongFlags,

    /// <summary>A block was freed by a call that does not belong to the one that allocated it.</summary>
    FreeByWrongCall,

    /// <summary>The pointer lies inside a block, not at its start. Nothing was freed.</summary>
    FreeOfMiddle,

    /// <summary>The pointer is not of this memory. Nothing was freed.</summary>
    FreeOfForeign,

    /// <summary>The block was freed before. Nothing was freed.</summary>
    FreeTwice,

    /// <summary>Clause C12: flags outside initialization, or by something else than a miniport.</summary>
    FlagsOutsideInitialization,

    /// <summary>Clause C16: far more noncached memory than was ever touched.</summary>
    NoncachedMemoryUnused,

    /// <summary>A call was made at a higher IRQL than its documents allow.</summary>
    IrqlTooHigh,

    /// <summary>A driver left something allocated or registered after it was halted.</summary>
    Leak,

    /// <summary>A handle, packet or buffer is not what the call needs.</summary>
    BadHandle,

    /// <summary>The hardware went away while an adapter ran. The adapter is halted.</summary>
    HardwareGone,

    /// <summary>A device tried to read or write where nothing is mapped for it. The IOMMU kept it from that.</summary>
    DeviceFault,

    /// <summary>The driver broke another rule of the life of a miniport or protocol.</summary>
    BrokenRule,

    /// <summary>A block was written past its end. Found at its free, under <see cref="NdisOptions.Guard"/>.</summary>
    WritePastEnd,

    /// <summary>
    /// A block was written after it was freed, by the program or by a device. Found when its memory is about to be used again.
    /// </summary>
    WriteAfterFree,

    /// <summary>A driver asked for the physical address of memory that is not pinned: the kernel may move it. It got 0.</summary>
    NotPinned,

    /// <summary>A call was made at a lower IRQL than its documents demand.</summary>
    IrqlTooLow,

    /// <summary>
    /// A function of the driver returned with a spin lock that it had taken. Found while the driver is verified.
    /// </summary>
    LockHeldAtReturn,

    /// <summary>
    /// Two spin locks were taken in one order and in the other: two threads can wait for each other. Found while the driver is
    /// verified.
    /// </summary>
    LockOrder,

    /// <summary>A function kept the processor for longer than it may at its IRQL. Found while the driver is verified.</summary>
    TooLong,
}
