namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    /// <summary>Allocates in the serial context and tells the miniport. False where it has no function to be told by, or is halted.</summary>
    internal bool AllocateLater(uint length, void* context, Func<MemoryBlock?> allocate)
    {
        if (Functions.AllocateCompleteHandler is not { } complete)
        {
            Report(NdisReportKind.BrokenRule, "NdisMAllocateSharedMemoryAsync", "was called by a miniport without an AllocateCompleteHandler.");
            return false;
        }

        return Turn.Post(() =>
        {
            MemoryBlock? block = allocate();
            Call("MiniportAllocateComplete", Irql.DISPATCH_LEVEL, () =>
            {
                NDIS_PHYSICAL_ADDRESS physical = block is null ? default : NdisLibrary.PhysicalAddressOf(Instance, block);
                complete(Miniport.Context, block is null ? null : block.Address, &physical, length, context);
            });
        });
    }
}
