namespace Nonpaged.Ndis;

/// <summary>
/// The memory of an IRP of a program whose driver is verified: it ends with the IRP, so that a driver that looks at one that it
/// has completed faults.
/// </summary>
internal sealed unsafe class IrpMemory
{
    private readonly MemoryBlock _block;
    private readonly NdisAllocation _record;
    private readonly Verification _verification;

    private IrpMemory(MemoryBlock block, NdisAllocation record, Verification verification)
    {
        _block = block;
        _record = record;
        _verification = verification;
    }

    public void* Address => _block.Address;

    /// <summary>Takes it; null where the driver is not verified, or there is too little memory.</summary>
    public static IrpMemory? Take(NdisInstance instance, int length)
    {
        if (instance.Options.Verification is not { } verification) return null;
        var record = new NdisAllocation(
            MemoryCall.NdisMemory, "IRP", Driver.Program, (ulong)length, 0, PhysicalAddress.Max);
        MemoryBlock? block = instance.Memory.Allocate(record, new MemoryRequest((nuint)length));
        return block is null ? null : new IrpMemory(block, record, verification);
    }

    public void Free()
    {
        _verification.OnFreed(_record);
        _block.Dispose();
    }
}
